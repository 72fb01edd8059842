"""`thidua doctor`: every check of an instance with its verdict."""

from collections.abc import Awaitable, Callable

import asyncpg
from msgspec import Struct

from platform_core.app import compose
from platform_core.operations.faults import FAULTS, sentence_of
from platform_core.operations.maintenance import anchor_file
from platform_core.plugin_host.registry import RegistryError
from platform_core.plugin_settings.examination import unfit_settings
from platform_core.provisioning.app_registry import app_configs, table_bases
from platform_core.provisioning.instance import opened, owner_dsn, runtime_dsn
from platform_core.settings import InstanceSettings
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from tenancy.anchors import read_anchors
from tenancy.context import OPERATOR_SPACE, Signer, TenantContext
from tenancy.engine import SEARCH_PATH
from tenancy.expected_state import state_findings
from tenancy.fitness import faults
from tenancy.isolation_checks import Finding, behaviour_findings, catalogue_findings
from tenancy.migrations import waiting
from tenancy.trails import trail_faults
from tenancy.transaction import in_body

TITLES = {
    "modules fit together": mark("các mô-đun khớp với nhau"),
    "database answers": mark("cơ sở dữ liệu trả lời"),
    "server, role and schema are fit": mark("máy chủ, vai trò và lược đồ đạt yêu cầu"),
    "nothing without a body": mark("chưa vào đơn vị thì không thấy gì"),
    "isolation by the catalogue": mark("cách ly đơn vị theo danh mục hệ thống"),
    "catalogue is as migrated": mark("danh mục hệ thống đúng như bước cập nhật để lại"),
    "instance key is the database's": mark("khóa của hệ thống khớp với cơ sở dữ liệu"),
    "migrations are complete": mark("mọi bước cập nhật đã chạy"),
    "trails are whole": mark("nhật ký còn nguyên vẹn"),
}
"""The checks by their names for programs, and as people read them."""


class Verdict(Struct, frozen=True):
    """One check: `check` is its name for programs, whatever the language."""

    check: str
    well: bool
    detail: str

    @property
    def title(self) -> str:
        """The check in the operator's language."""
        return _(TITLES[self.check])


async def examine(settings: InstanceSettings) -> list[Verdict]:
    """Run every check; a check that can't run is a failed one."""
    found = [_modules()]
    try:
        connection = await asyncpg.connect(runtime_dsn(settings), server_settings=SEARCH_PATH)
    except (OSError, asyncpg.PostgresError) as fault:
        return [*found, Verdict("database answers", False, str(fault))]
    signer = Signer(settings.key())
    try:
        found.append(Verdict("database answers", True, f"PostgreSQL {connection.get_server_version().major}"))
        found += [
            await _checked("server, role and schema are fit", lambda: faults(connection)),
            await _checked("nothing without a body", lambda: _told(behaviour_findings(connection))),
            await _checked("isolation by the catalogue", lambda: _told(catalogue_findings(connection, table_bases()))),
            await _checked("catalogue is as migrated", lambda: _told(state_findings(connection, signer))),
            await _checked("instance key is the database's", lambda: _key(connection, signer)),
            await _checked("migrations are complete", lambda: _waiting(settings)),
        ]
    finally:
        await connection.close()
    return [
        *found,
        await _checked("stored settings fit", lambda: _settings(settings)),
        await _checked("trails are whole", lambda: _trails(settings)),
    ]


async def _checked(check: str, asked: Callable[[], Awaitable[list[str]]]) -> Verdict:
    """The verdict of one check: what it found, or why it could not look."""
    try:
        found = await asked()
    except FAULTS as fault:
        return Verdict(check, False, sentence_of(fault))
    except Exception as fault:  # whatever stops a check is its verdict
        return Verdict(check, False, f"{type(fault).__name__}: {fault}")
    return Verdict(check, not found, "; ".join(found) or "ok")


def _modules() -> Verdict:
    try:
        registry = compose()
    except RegistryError as fault:
        return Verdict("modules fit together", False, sentence_of(fault))
    return Verdict("modules fit together", True, ", ".join(registry.manifests))


async def _told(asking: Awaitable[list[Finding]]) -> list[str]:
    return [f"{finding.thing}: {_(finding.why)}" for finding in await asking]


async def _key(connection: asyncpg.Connection, signer: Signer) -> list[str]:
    try:
        async with connection.transaction():
            await connection.execute("SELECT app.enter($1)", signer.context(TenantContext(OPERATOR_SPACE)))
    except asyncpg.InsufficientPrivilegeError:
        return [_("hãy chạy `thidua migrate` với khóa của hệ thống này")]
    return []


async def _waiting(settings: InstanceSettings) -> list[str]:
    owner = owner_dsn(settings)
    if owner is None:
        return [_("hãy đặt DATABASE_OWNER_URL để vai trò sở hữu bảng kiểm tra được")]
    connection = await asyncpg.connect(owner, server_settings=SEARCH_PATH)
    try:
        return await waiting(connection, app_configs())
    finally:
        await connection.close()


async def _settings(settings: InstanceSettings) -> list[str]:
    async with opened(settings), in_body(TenantContext(OPERATOR_SPACE)):
        return await unfit_settings()


async def _trails(settings: InstanceSettings) -> list[str]:
    async with opened(settings):
        return [str(fault) for fault in await trail_faults(read_anchors(anchor_file(settings), Signer(settings.key())))]
