"""`thidua doctor`: every check of an instance with its verdict."""

import asyncpg
from msgspec import Struct

from platform_core.app import compose
from platform_core.app_registry import app_names
from platform_core.instance import owner_dsn, runtime_dsn
from platform_core.plugin_host.registry import RegistryError
from platform_core.settings import InstanceSettings
from tenancy.context import OPERATOR_SPACE, Signer, TenantContext
from tenancy.engine import SEARCH_PATH
from tenancy.fitness import faults
from tenancy.gate import Finding, behaviour_findings, catalogue_findings
from tenancy.migrations import waiting
from tenancy.trails import broken_trails


class Verdict(Struct, frozen=True):
    """One check."""

    check: str
    well: bool
    detail: str


async def examine(settings: InstanceSettings) -> list[Verdict]:
    """Run every check; a check that can't run is a failed one."""
    found = [_modules()]
    try:
        connection = await asyncpg.connect(runtime_dsn(settings), server_settings=SEARCH_PATH)
    except (OSError, asyncpg.PostgresError) as fault:
        return [*found, Verdict("database answers", False, str(fault))]
    try:
        found.append(Verdict("database answers", True, f"PostgreSQL {connection.get_server_version().major}"))
        unfit = await faults(connection, app_names())
        found.append(
            Verdict(
                "server, role and schema are fit", not unfit, "; ".join(unfit) or "version, rights, fsync, checksums"
            )
        )
        if not unfit:
            found.append(_of("nothing without a body", await behaviour_findings(connection)))
            found.append(await _key(connection, settings))
    finally:
        await connection.close()
    return found + await _as_owner(settings)


def _modules() -> Verdict:
    try:
        registry = compose()
    except RegistryError as fault:
        return Verdict("modules fit together", False, "; ".join(fault.faults))
    return Verdict("modules fit together", True, ", ".join(registry.manifests))


async def _key(connection: asyncpg.Connection, settings: InstanceSettings) -> Verdict:
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT app.enter($1)", Signer(settings.key()).context(TenantContext(OPERATOR_SPACE))
            )
    except asyncpg.InsufficientPrivilegeError:
        return Verdict("instance key is the database's", False, "run `thidua migrate` with the key of this instance")
    return Verdict("instance key is the database's", True, "signed contexts are accepted")


async def _as_owner(settings: InstanceSettings) -> list[Verdict]:
    owner = owner_dsn(settings)
    if owner is None:
        return [Verdict("walls by the catalogue", False, "set DATABASE_OWNER_URL to let the owner of the tables look")]
    connection = await asyncpg.connect(owner, server_settings=SEARCH_PATH)
    try:
        late = await waiting(connection, app_names())
        broken = [f"{one.tenant_id} from {one.at_seq}: {one.why}" for one in await broken_trails(connection)]
        return [
            _of("walls by the catalogue", await catalogue_findings(connection)),
            Verdict("migrations are complete", not late, ", ".join(late) or "nothing waits"),
            Verdict("trails are whole", not broken, "; ".join(broken) or "every chain verified"),
        ]
    finally:
        await connection.close()


def _of(check: str, findings: list[Finding]) -> Verdict:
    return Verdict(check, not findings, "; ".join(f"{one.thing}: {one.why}" for one in findings) or "no finding")
