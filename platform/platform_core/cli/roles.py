"""`thidua roles`: the operator as the second person, where a body has nobody else to confirm a role."""

from typing import Any
from uuid import UUID

import click

from platform_core.cli.common import Instance, done, json_option, tell
from plugin_api.errors import Refused
from plugin_api.forms import parse
from plugin_api.i18n import gettext as _

reason_option = click.option("--reason", required=True, help="Why, at least 10 characters; the body's leader reads it.")
unit_option = click.option("--unit", default="", help="Code of the unit, for a role that is held in one.")


@click.group()
def roles() -> None:
    """Roles that take a second person."""


@roles.command("list")
@click.argument("slug", metavar="BODY")
@json_option
@click.pass_obj
def list_requests(instance: Instance, slug: str, as_json: bool) -> None:
    """What waits to be confirmed in a body."""
    from platform_core.provisioning.blueprints import machine_in

    async def work() -> Any:
        async with instance.database(), machine_in(slug) as actor:
            return await _waiting(actor)

    found = done(work)
    lines = [
        f"{line.login:16} {line.role:10} {line.unit_code or '-':12} {line.since}  "
        + _("%(name)s: %(who)s đề nghị", name=line.name, who=line.asked_by)
        + ("" if line.confirmers else " (" + _("không ai trong đơn vị xác nhận được") + ")")
        for line in found
    ]
    tell(as_json, found, lines or [_("Không có vai trò nào chờ xác nhận.")])


@roles.command()
@click.argument("slug", metavar="BODY")
@click.argument("login")
@click.argument("role")
@unit_option
@reason_option
@click.pass_obj
def confirm(instance: Instance, slug: str, login: str, role: str, unit: str, reason: str) -> None:
    """Confirm what waits; LOGIN is the person's code where there is no login."""
    _decide(instance, slug, login, role, unit, reason, yes=True)
    click.echo(_("Đã xác nhận vai trò %(role)s của %(login)s ở %(body)s.", role=role, login=login, body=slug))


@roles.command()
@click.argument("slug", metavar="BODY")
@click.argument("login")
@click.argument("role")
@unit_option
@reason_option
@click.pass_obj
def refuse(instance: Instance, slug: str, login: str, role: str, unit: str, reason: str) -> None:
    """Refuse what waits."""
    _decide(instance, slug, login, role, unit, reason, yes=False)
    click.echo(_("Đã từ chối vai trò %(role)s của %(login)s ở %(body)s.", role=role, login=login, body=slug))


@roles.command()
@click.argument("slug", metavar="BODY")
@click.argument("login")
@click.argument("role")
@unit_option
@reason_option
@click.pass_obj
def give(instance: Instance, slug: str, login: str, role: str, unit: str, reason: str) -> None:
    """Give a role that nobody in the body can ask for, such as one for its only administrator."""
    from platform_core.people.forms import NewRole, RoleRefusal
    from platform_core.people.role_requests import give_as_operator
    from platform_core.provisioning.blueprints import machine_in
    from plugin_api.ports import ports

    async def work() -> None:
        async with instance.database(), machine_in(slug) as actor:
            why = parse(RoleRefusal, {"reason": reason, "version": 1}).reason
            new = NewRole(role=role, since=ports().today(), unit=unit)
            await give_as_operator(actor, await _person(login), new, why)

    done(work)
    click.echo(_("Đã trao vai trò %(role)s cho %(login)s ở %(body)s.", role=role, login=login, body=slug))


def _decide(instance: Instance, slug: str, login: str, role: str, unit: str, reason: str, *, yes: bool) -> None:
    from platform_core.people.forms import RoleConfirmation, RoleRefusal
    from platform_core.people.role_requests import confirm_role, refuse_role
    from platform_core.provisioning.blueprints import machine_in

    async def work() -> None:
        async with instance.database(), machine_in(slug) as actor:
            line = _one(await _waiting(actor), login, role, unit)
            said = parse(RoleRefusal, {"reason": reason, "version": line.version})
            if yes:
                agreed = RoleConfirmation(version=said.version, reason=said.reason)
                await confirm_role(actor, line.person_id, line.id, agreed)
            else:
                await refuse_role(actor, line.person_id, line.id, said)

    done(work)


async def _waiting(actor: Any) -> Any:
    from platform_core.people.role_lists import role_requests
    from plugin_api.ports import ports

    return [line for line in await role_requests(actor, ports().today()) if line.state == "requested"]


def _one(waiting: Any, login: str, role: str, unit: str) -> Any:
    """The one request that is meant. Raises Refused when there is none or several."""
    meant = [line for line in waiting if (line.login, line.role) == (login, role) and unit in ("", line.unit_code)]
    if not meant:
        raise Refused(_("Không có đề nghị nào như vậy đang chờ. Xem: thidua roles list"))
    if len(meant) > 1:
        raise Refused(_("Có nhiều đề nghị như vậy: hãy thêm --unit với mã bộ phận, chi bộ."))
    return meant[0]


async def _person(login: str) -> UUID:
    """The person of the body with this login, or with this code and no login. Raises Refused."""
    from tenancy.query import value

    found = await value(
        """SELECT p.id FROM person p LEFT JOIN auth.logins_here() l ON l.person_id = p.id
           WHERE p.tenant_id = $1 AND coalesce(l.login, p.code) = $2 ORDER BY l.login LIMIT 1""",
        login,
    )
    if found is None:
        raise Refused(_("Không có ai tên đăng nhập hay mã “%(login)s” ở đơn vị này.", login=login))
    return found
