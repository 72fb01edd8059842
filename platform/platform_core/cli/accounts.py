"""`thidua users` and `thidua demo`: the first people, and the invented ones."""

import secrets
from typing import Any

import click

from platform_core.cli.common import Instance, done, fail, json_option, tell
from plugin_api.errors import Refused
from plugin_api.i18n import gettext as _


@click.group()
def users() -> None:
    """Accounts."""


@users.command()
@click.argument("login")
@click.option("--name", required=True, help="Full name.")
@click.option("--body", "slug", required=True, help="Slug of the body the person belongs to.")
@click.option(
    "--role", "roles", multiple=True, default=("admin",), help="Role in the body; may be repeated. Default admin."
)
@click.option(
    "--password",
    default=None,
    help="First password; one is made up when left out. It must be changed at the first sign-in.",
)
@json_option
@click.pass_obj
def add(
    instance: Instance, login: str, name: str, slug: str, roles: tuple[str, ...], password: str | None, as_json: bool
) -> None:
    """Add a person with an account: the first administrator of a body, who then adds the others."""
    from platform_core.people.service import NewPerson, NewRole, add_person, give_role
    from platform_core.provisioning.blueprints import machine_in
    from plugin_api.ports import ports

    chosen = password or secrets.token_urlsafe(12)

    async def work() -> None:
        async with instance.database(), machine_in(slug) as actor:
            made = await add_person(actor, NewPerson(code=login, full_name=name, login=login, password=chosen))
            for role in roles:
                await give_role(actor, made["person_id"], NewRole(role=role, since=ports().today()))

    done(work)
    tell(
        as_json,
        {"login": login, "password": chosen, "body": slug, "roles": roles},
        [
            _(
                "Đã tạo tài khoản %(login)s ở %(body)s. Mật khẩu lần đầu: %(password)s",
                login=login,
                body=slug,
                password=chosen,
            )
        ],
    )


@users.command("password")
@click.argument("login")
@click.option("--password", default=None, help="New first password; one is made up when left out.")
@json_option
@click.pass_obj
def new_password(instance: Instance, login: str, password: str | None, as_json: bool) -> None:
    """Give somebody who forgot it a new first password; all sessions end, and it must be changed at once."""
    from platform_core.accounts.registration import account_named
    from platform_core.accounts.sessions import set_password

    chosen = password or secrets.token_urlsafe(12)

    async def work() -> None:
        async with instance.database():
            account = await account_named(login)
            if account.closed:
                raise Refused(_("Tài khoản “%(login)s” đang khóa. Mở lại: thidua users open %(login)s", login=login))
            await set_password(account.account_id, chosen, must_change=True)

    done(work)
    tell(
        as_json,
        {"login": login, "password": chosen},
        [_("Mật khẩu lần đầu mới của %(login)s: %(password)s", login=login, password=chosen)],
    )


@users.command()
@click.argument("login")
@click.pass_obj
def close(instance: Instance, login: str) -> None:
    """Close an account: nobody signs in with it any more, its sessions end; what the person did stays."""
    click.echo(
        _("Đã khóa tài khoản %(login)s; mọi phiên của tài khoản này đã kết thúc.", login=login)
        if _set_closed(instance, login, True)
        else _("Tài khoản %(login)s đã khóa từ trước.", login=login)
    )


@users.command("open")
@click.argument("login")
@click.pass_obj
def open_again(instance: Instance, login: str) -> None:
    """Open a closed account again; its password is the one it had."""
    click.echo(
        _("Đã mở lại tài khoản %(login)s.", login=login)
        if _set_closed(instance, login, False)
        else _("Tài khoản %(login)s không bị khóa.", login=login)
    )


def _set_closed(instance: Instance, login: str, closed: bool) -> bool:
    from platform_core.accounts.registration import account_named, set_closed

    async def work() -> bool:
        async with instance.database():
            return await set_closed((await account_named(login)).account_id, closed)

    return done(work)


@users.command("list")
@json_option
@click.pass_obj
def list_users(instance: Instance, as_json: bool) -> None:
    """Every account and its bodies, closed ones too."""
    from platform_core.accounts.registration import accounts_ever

    async def work() -> Any:
        async with instance.database():
            return await accounts_ever()

    found = done(work)
    tell(as_json, found, [
        f"{line.login:24} {'demo' if line.demo else '':6}{_('đã khóa') if line.closed else ''}".rstrip()
        for line in found
    ])


@click.group()
def demo() -> None:
    """Demo data: invented people of an embedded instance."""


@demo.command("accounts")
@json_option
@click.pass_obj
def demo_accounts(instance: Instance, as_json: bool) -> None:
    """Demo accounts: body, slug, login, password, roles."""
    from platform_core.provisioning.instance import load_demo_accounts

    _only_embedded(instance)

    async def work() -> Any:
        async with instance.database():
            return await load_demo_accounts()

    found = done(work)
    tell(as_json, found, [f"{one.slug:14} {one.login:16} {one.password:20} {one.name} ({one.role})" for one in found])


@demo.command()
@click.pass_obj
def fill(instance: Instance) -> None:
    """Give Kiên Lương a plausible year of work (invented)."""
    from platform_core.provisioning.demo_year import fill_demo_year

    _only_embedded(instance)

    async def work() -> Any:
        async with instance.database():
            return await fill_demo_year()

    click.echo(done(work))


def _only_embedded(instance: Instance) -> None:
    if not instance.settings.embedded:
        fail(_("Dữ liệu minh họa chỉ có ở bản chạy kèm PostgreSQL, không đưa vào cơ sở dữ liệu của đơn vị."))
