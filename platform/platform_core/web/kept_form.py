"""What was typed for a session that had ended: carried through sign-in, then sent again to where it was going.

Nothing is stored: the sign-in page holds it, hidden, and the page after sign-in is a form to the original address.
That address checks rights, token and versions as always.
"""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from msgspec import Struct

from platform_core.web.referrer import own_path, referring_page
from platform_core.web.request_body import ACCOUNT_BYTES, MOST_FIELDS
from platform_core.web.sent_form import KEPT, OWN_FIELDS, PAGE

MOST_BYTES: Final = ACCOUNT_BYTES - 8 * 1024
"""Carried through sign-in: what it takes, less login, password and the frame of the parts."""
LEFT_OUT: Final = frozenset({"csrf_token", "idempotency_key", KEPT})
SECRET_FIELDS: Final = frozenset({"password", "current", "new", "repeated"})
"""Typed again rather than sent back."""
WHOLE_PAGE: Final = {"x-whole-page": "1"}
"""The answer takes the place of the page, whatever piece of it a script asked for."""
Pair = tuple[str, str]


class KeptForm(Struct, frozen=True):
    """A form to send to `address` again; `page` is where it stood, `files` the names of the files that are not kept.

    `owner` is the account whose session ended; None when the database no longer knows.
    """

    address: str
    page: str
    fields: list[Pair]
    files: list[str]
    owner: UUID | None = None

    @property
    def packed(self) -> str:
        """As text for one hidden field."""
        return msgspec.json.encode(self).decode()

    @property
    def too_long(self) -> bool:
        """Whether sign-in does not take it along."""
        return len(self.packed.encode()) > MOST_BYTES

    @property
    def texts(self) -> list[str]:
        """What people recognise of it: neither numbers nor ids."""
        typed = [value for name, value in self.fields if name not in OWN_FIELDS]
        return [value for value in typed if len(value) != 36 and any(map(str.isalpha, value))]


async def kept_form(request: Request[Any, Any, Any], owner: UUID | None = None) -> KeptForm:
    """The form of this request, without files, passwords and what belongs to its page."""
    form = await request.form()
    pairs = [(name, value) for name, value in form.multi_items() if name not in LEFT_OUT]
    fields = [
        (name, value)
        for name, value in pairs
        if isinstance(value, str) and name.rpartition(".")[2] not in SECRET_FIELDS
    ]
    files = [value.filename for _name, value in pairs if isinstance(value, UploadFile) and value.filename]
    page = own_path(str(form.get(PAGE, ""))) or referring_page(request)
    return KeptForm(request.url.path, page, fields, files, owner)


def unpacked(text: object) -> KeptForm | None:
    """What `packed` made; None for anything that could not have been made here."""
    try:
        kept = msgspec.json.decode(text, type=KeptForm) if isinstance(text, str) and text else None
    except msgspec.DecodeError:
        return None
    if kept is None or len(kept.fields) > MOST_FIELDS or not (own_path(kept.address) and own_path(kept.page)):
        return None
    return kept
