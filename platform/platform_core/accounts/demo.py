"""The demo accounts of an embedded instance: invented people, one known password, never on a database of one's own."""

from msgspec import Struct

DEMO_PASSWORD = "kiem-sat-minh-hoa"


class DemoAccount(Struct, frozen=True):
    """A demo account in one body, for the sign-in page and `thidua demo accounts`."""

    name: str
    role: str
    body: str
    slug: str
    login: str
    password: str
    roles: list[str]


# lint: allow(module-state): read from the database at every start, shown on the sign-in page only
_known: list[DemoAccount] = []


def set_demo_accounts(accounts: list[DemoAccount]) -> None:
    """Tell this process which demo accounts there are."""
    _known[:] = accounts


def demo_accounts() -> list[DemoAccount]:
    """The demo accounts of this instance; empty without demo data."""
    return list(_known)
