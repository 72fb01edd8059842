"""What htmx has to be told otherwise than a browser."""

from typing import Any

REQUEST = (b"hx-request", b"true")


def lead_on(scope: Any, start: Any) -> None:
    """A redirect (303) to a request of htmx becomes `HX-Redirect`.

    htmx would follow a 303 itself and put the next page into the present one. So the browser goes there, and address,
    flash message and frame are those of the next page.
    """
    if start["status"] == 303 and REQUEST in scope["headers"]:
        start["status"] = 200
        start["headers"] = [
            (b"hx-redirect" if name.lower() == b"location" else name, value) for name, value in start["headers"]
        ]
