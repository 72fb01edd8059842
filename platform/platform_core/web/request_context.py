"""Everything known about the request in hand, made once by the request middleware."""

from contextvars import ContextVar
from dataclasses import dataclass, field

from platform_core.accounts.csrf import csrf_token
from platform_core.accounts.opened import Opened
from platform_core.accounts.sessions import Caller
from platform_core.web.sent_form import BoundForm, SentForm
from plugin_api.actor import Actor


@dataclass(slots=True)
class RequestContext:
    """Who came, to which body, and what to tell them.

    `opened` None: nobody signed in, perhaps no longer (`ended_token`); `actor` None: outside every body. `sent_form`:
    what could not be saved, while its page is shown again; `bound_form`: the form whose inputs are being rendered.
    """

    path: str
    trace: str = ""
    token: str = ""
    ended_token: str = ""
    opened: Opened | None = None
    actor: Actor | None = None
    module: str = ""
    language: str = "vi"
    api: bool = False
    flashes: list[tuple[str, str]] = field(default_factory=list)
    caller: Caller = field(default_factory=Caller)
    sent_form: SentForm | None = None
    bound_form: BoundForm | None = None

    @property
    def csrf(self) -> str:
        """The token the forms of this session carry; empty without a session."""
        return csrf_token(self.token) if self.token else ""


_current: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)


def begin_request(context: RequestContext) -> None:
    """Make this the context of the running request."""
    _current.set(context)


def current_request() -> RequestContext:
    """The context of this request; an empty one where no middleware was passed (an address that does not exist)."""
    return _current.get() or RequestContext(path="")
