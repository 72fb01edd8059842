"""What templates ask about their forms: the global `forms`, used by the macros of macros/inputs.html."""

from typing import Any

from msgspec import Struct

from platform_core.plugin_host.registry import Registry
from platform_core.web.addresses import Addresses
from platform_core.web.request_context import current_request
from platform_core.web.sent_form import BoundField, BoundForm, Row
from plugin_api.endpoints import Action

OUTSIDE = BoundForm("")


class FormBinding:
    """Binds the inputs between `begin` and `end` to the form they stand in."""

    def __init__(self, registry: Registry, addresses: Addresses) -> None:
        self._registry = registry
        self._addresses = addresses

    def begin(self, action: str, form_id: str | None = None) -> BoundForm:
        """A form that posts to `action` begins. `form_id` tells several forms with one action apart."""
        context, own = current_request(), form_id or action
        found, data = self._action_at(action)
        sent = context.sent_form
        mine = sent if sent is not None and not sent.taken and sent.form_id == own else None
        if mine is not None:
            mine.taken = True
        context.bound_form = BoundForm(own, data, found, mine)
        return context.bound_form

    def end(self) -> None:
        """The form at hand ends; inputs after it are bound to nothing."""
        current_request().bound_form = None

    def field(self, label: str, name: str, value: Any = None, id: str | None = None, required: bool = False,
              error: str | None = None, most: int | None = None) -> BoundField:
        """The input `name` of the form at hand."""
        return self._bound.field(label, name, value, id, required, error, most)

    def hidden(self, name: str, value: Any) -> Any:
        """The value of a hidden field of the form at hand."""
        return self._bound.hidden(name, value)

    def rows(self, name: str, stored: Any, key: str, blank: int = 0, attribute: str = "") -> list[Row]:
        """The rows of a list in the form at hand, see `BoundForm.rows`."""
        return self._bound.rows(name, list(stored), key, blank, attribute)

    @property
    def _bound(self) -> BoundForm:
        return current_request().bound_form or OUTSIDE

    def _action_at(self, path: str) -> tuple[bool, type[Struct] | None]:
        for name, _values in self._addresses.resolve(path.partition("?")[0]):
            endpoint = self._registry.endpoints[name][1] if name in self._registry.endpoints else None
            if isinstance(endpoint, Action):
                return True, endpoint.data
        return False, None
