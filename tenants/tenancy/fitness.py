"""Is this database fit for tenant isolation? Asked at every start, and in full by `thidua doctor`."""

from collections.abc import Sequence

from asyncpg import Connection

from tenancy.context import Signer
from tenancy.expected_state import NEW_EDITION, OLD_EDITION, state_findings
from tenancy.faults import UnfitDatabase
from tenancy.i18n import gettext as _
from tenancy.i18n import mark
from tenancy.isolation_checks import Finding

LEAST_VERSION = 17
_LOST, _OPEN = mark("dữ liệu đã báo là lưu có thể mất"), mark("các bước kiểm tra và nhật ký không còn tác dụng")
IN_FORCE = (
    *((setting, ("off",), _LOST) for setting in ("fsync", "full_page_writes", "data_checksums", "synchronous_commit")),
    ("session_replication_role", ("replica", "local"), _OPEN),
    ("row_security", ("off",), _OPEN),
    ("check_function_bodies", ("off",), _OPEN),
    *((setting, ("on",), _OPEN) for setting in
      ("allow_system_table_mods", "ignore_system_indexes", "ignore_checksum_failure", "zero_damaged_pages")),
)
"""Settings, the values they must not have as really in force in a connection of the product, and what would follow."""
MOST_TOLD = 5
EDITION_SENTENCES = {
    OLD_EDITION: mark("Trạng thái mong đợi của cơ sở dữ liệu do phiên bản cũ ghi và vẫn khớp: hãy chạy "
                      "`thidua migrate` để ghi lại theo phiên bản này."),
    NEW_EDITION: mark("Cơ sở dữ liệu đã được một phiên bản mới hơn cập nhật: hãy chạy phiên bản đó."),
}
"""Not changed, only written down by another version."""

ROLE = """
SELECT r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb AS powerful,
       EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid) AS member,
       EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid)
         OR EXISTS (SELECT 1 FROM pg_proc p WHERE p.proowner = r.oid) AS owner,
       has_schema_privilege(r.oid, 'public', 'CREATE')
         OR EXISTS (SELECT 1 FROM pg_namespace n
                    WHERE n.nspname = 'app' AND has_schema_privilege(r.oid, n.oid, 'CREATE')) AS creator,
       has_database_privilege(r.oid, current_database(), 'TEMP') AS temporary,
       has_function_privilege(r.oid, 'pg_stat_get_activity(integer)', 'EXECUTE')
         OR has_function_privilege(r.oid, 'pg_stat_get_backend_activity(integer)', 'EXECUTE')
         OR has_table_privilege(r.oid, 'pg_stat_all_tables', 'SELECT') AS curious,
       has_function_privilege(r.oid, 'pg_advisory_lock(bigint)', 'EXECUTE')
         OR has_function_privilege(r.oid, 'lo_create(oid)', 'EXECUTE') AS meddling
FROM pg_roles r WHERE r.rolname = current_user
"""


async def refuse_unfit(connection: Connection, signer: Signer | None) -> None:
    """Raise UnfitDatabase with one sentence that says what to do; silence means fit.

    Without `signer` the expected state is not compared: for a start that has just migrated this very database.
    """
    for fault in await faults(connection):
        raise UnfitDatabase(fault)
    if signer is not None:
        refuse_changed(await state_findings(connection, signer))


def refuse_changed(findings: Sequence[Finding]) -> None:
    """Raise UnfitDatabase when the catalogue is not what the last migration left, or is to be written down anew."""
    if findings and (sentence := EDITION_SENTENCES.get(findings[0])):
        raise UnfitDatabase(_(sentence))
    if findings:
        told = "; ".join(f"{finding.thing}: {_(finding.why)}" for finding in findings[:MOST_TOLD])
        others = len(findings) - MOST_TOLD
        more = _(" (và %(count)s chỗ khác)", count=others) if others > 0 else ""
        raise UnfitDatabase(
            _("Cơ sở dữ liệu đã bị thay đổi ngoài các bước cập nhật: %(changes)s. Hãy xem mục “The schema was changed” "
              'trong deploy/runbook.md; đổi có chủ ý thì chạy `thidua migrate --accept "lý do"`.', changes=told + more)
        )


async def refuse_unfit_server(connection: Connection) -> None:
    """The same before there are tables: nothing is migrated on a server that is too old or for a role with rights."""
    for fault in await _server_and_role(connection):
        raise UnfitDatabase(fault)


async def faults(connection: Connection) -> list[str]:
    """Everything that is wrong with the server, the role and the schema, most basic first."""
    found = await _server_and_role(connection)
    if not found:
        found += await _schema(connection)
    for setting, wrong, harm in IN_FORCE:
        value = await connection.fetchval("SELECT current_setting($1, true)", setting)
        if value in wrong:
            found.append(_("Máy chủ PostgreSQL đặt %(setting)s = %(value)s: hãy đặt lại, nếu không %(harm)s.",
                           setting=setting, value=value, harm=_(harm)))
    return found


async def _server_and_role(connection: Connection) -> list[str]:
    version = connection.get_server_version().major
    if version < LEAST_VERSION:
        return [_("PostgreSQL %(version)s không đủ mới: cần phiên bản %(least)s trở lên.",
                  version=version, least=LEAST_VERSION)]
    role = await connection.fetchrow(ROLE)
    name = await connection.fetchval("SELECT current_user")
    assert role is not None
    reasons = {
        "powerful": _("là siêu người dùng hoặc được bỏ qua bảo mật dòng"),
        "member": _("là thành viên của vai trò khác"),
        "owner": _("sở hữu bảng hoặc hàm"),
        "creator": _("được tạo đối tượng trong lược đồ"),
        "temporary": _("được tạo bảng tạm"),
        "curious": _("đọc được câu lệnh của kết nối khác hoặc số liệu thống kê của mọi đơn vị"),
        "meddling": _("đặt được khóa chung hoặc lưu được đối tượng lớn ngoài bảo mật dòng"),
    }
    too_much = [sentence for key, sentence in reasons.items() if role[key]]
    if not too_much:
        return []
    return [
        _("Vai trò “%(name)s” trong DATABASE_URL có quá nhiều quyền (%(rights)s): hãy chạy deploy/postgres/roles.sql "
          "rồi kết nối bằng app_rt.", name=name, rights="; ".join(too_much))
    ]


async def _schema(connection: Connection) -> list[str]:
    if not await connection.fetchval("SELECT to_regprocedure('app.enter(text)') IS NOT NULL"):
        return [_("Cơ sở dữ liệu chưa có bảng: hãy đặt DATABASE_OWNER_URL (vai trò app_owner) rồi chạy "
                  "`thidua migrate`.")]
    if not await connection.fetchval("SELECT has_function_privilege('app.enter(text)', 'EXECUTE')"):
        name = await connection.fetchval("SELECT current_user")
        return [_("Vai trò “%(name)s” không phải vai trò chạy: hãy kết nối bằng app_rt.", name=name)]
    return []
