"""Making accounts and binding them to people: from blueprints, the command line and a body's own administrator."""

from datetime import date
from uuid import UUID

import msgspec

from platform_core.accounts import passwords
from plugin_api.errors import Refused
from plugin_api.i18n import gettext as _
from tenancy.context import NOBODY
from tenancy.engine import DB
from tenancy.tables import uuid7
from tenancy.transaction import current_transaction


class AccountLine(msgspec.Struct, frozen=True):
    """An account and one of its bodies; `tenant_id` None for an account that belongs nowhere yet."""

    account_id: UUID
    login: str
    operator: bool
    demo: bool
    must_change: bool
    closed: bool
    tenant_id: UUID | None
    person_id: UUID | None


async def add_account(
    login: str, password: str, *, must_change: bool = True, operator: bool = False, demo: bool = False
) -> tuple[UUID, bool]:
    """(account, whether it was made now), in the transaction at hand.

    A login that exists keeps its password: applying a blueprint again changes nothing.
    """
    assert DB.signer is not None
    hashed = await passwords.hashed(password)
    made = await current_transaction().connection.fetchrow(
        "SELECT * FROM auth.add_account($1, $2, $3, $4, $5, $6, $7)",
        DB.signer.ticket("add_account", NOBODY),
        uuid7(),
        login,
        hashed,
        must_change,
        operator,
        demo,
    )
    assert made is not None
    return made["account_id"], made["made"]


async def all_accounts() -> list[AccountLine]:
    """Every open account with its bodies, by login. For the operator's commands."""
    return [line for line in await accounts_ever() if not line.closed]


async def accounts_ever() -> list[AccountLine]:
    """The same with the closed ones."""
    assert DB.signer is not None
    async with DB.autocommit() as connection:
        found = await connection.fetch("SELECT * FROM auth.accounts($1)", DB.signer.ticket("list_accounts", NOBODY))
    return [AccountLine(**line) for line in found]


async def account_named(login: str) -> AccountLine:
    """The account with this login, open or closed. Raises Refused when there is none."""
    account = next((line for line in await accounts_ever() if line.login == login.lower()), None)
    if account is None:
        raise Refused(_("Không có tài khoản “%(login)s”. Xem: thidua users list", login=login))
    return account


async def set_closed(account_id: UUID, closed: bool) -> bool:
    """Close an account, which ends its sessions, or open it again; False when it was so already."""
    assert DB.signer is not None
    async with DB.autocommit() as connection:
        return bool(await connection.fetchval(
            "SELECT auth.set_closed($1, $2)", DB.signer.ticket("set_closed", account_id), closed
        ))


async def close_demo_accounts() -> int:
    """Close every open demo account; their password is known to everybody. Returns how many."""
    return sum([await set_closed(account_id, True)
                for account_id in {line.account_id for line in await all_accounts() if line.demo}])


async def join_body(account_id: UUID, person_id: UUID, since: date) -> None:
    """Bind an account to a person of the body of this transaction."""
    assert DB.signer is not None
    await current_transaction().connection.execute(
        "SELECT auth.join_body($1, $2, $3)", DB.signer.ticket("join_body", account_id), person_id, since
    )


async def leave_body(person_id: UUID, until: date) -> None:
    """End the membership of a person's account in the body of this transaction after `until`."""
    await current_transaction().connection.execute("SELECT auth.leave_body($1, $2)", person_id, until)
