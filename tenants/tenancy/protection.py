"""Row security of a table: policies, keys and grants, emitted by its migration and checked by `isolation_checks`.

Policies are bare calls on a column that starts every index: no sub-query, no cast, no join. Any of those is 20 to
1,000 times slower, and a distributed engine refuses the first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

OWN = "(tenant_id = app.tid())"
MAY_READ = {
    "private": OWN,
    "overseen": "(tenant_id = ANY (app.visible()))",
    "inherited": "(tenant_id = ANY (app.ancestry()))",
}
"""Who may look, by table base, spelled as PostgreSQL prints it: the isolation checks compare letter by letter."""

DIRECTORY_TABLES = ("tenant", "succession", "cluster_member", "closure")
"""The tree of bodies: every body may read it, the operator's space alone may change it."""

DIRECTORY_READ = "(app.tid() IS NOT NULL)"
DIRECTORY_WRITE = "(app.tid() = '00000000-0000-0000-0000-000000000000'::uuid)"


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key between two tables of the same body: RESTRICT, and it carries `tenant_id`."""

    column: str
    table: str


def protect(
    table: str,
    base: str,
    *,
    unique: Mapping[str, Iterable[str]] | None = None,
    references: Iterable[Reference] = (),
    index: Mapping[str, Iterable[str]] | None = None,
    deletable: bool = False,
    append_only: bool = False,
    audited: bool = True,
    untrailed: Iterable[str] = (),
) -> str:
    """SQL that puts `table` under the row security of `base` ("private", "overseen", "inherited").

    `unique` and `index` map a name to columns; `tenant_id` is put in front. `deletable` only for drafts: records are
    corrected by new versions. `append_only` rows are never changed either. `audited` chains every change into the
    trail; `untrailed` names columns too large for it.
    """
    lines = [
        f"ALTER TABLE app.{table} ADD CONSTRAINT {table}_key PRIMARY KEY (tenant_id, id);",
        f"ALTER TABLE app.{table} ENABLE ROW LEVEL SECURITY;",
        f"ALTER TABLE app.{table} FORCE ROW LEVEL SECURITY;",
        f"CREATE POLICY may_read ON app.{table} FOR SELECT TO app_rt USING {MAY_READ[base]};",
        f"CREATE POLICY may_add ON app.{table} FOR INSERT TO app_rt WITH CHECK {OWN};",
        f"GRANT SELECT, INSERT ON app.{table} TO app_rt;",
        f"COMMENT ON TABLE app.{table} IS 'base={base}';",
    ]
    if not append_only:
        lines += [
            f"CREATE POLICY may_change ON app.{table} FOR UPDATE TO app_rt USING {OWN} WITH CHECK {OWN};",
            f"GRANT UPDATE ON app.{table} TO app_rt;",
        ]
    if deletable:
        lines += [
            f"CREATE POLICY may_remove ON app.{table} FOR DELETE TO app_rt USING {OWN};",
            f"GRANT DELETE ON app.{table} TO app_rt;",
        ]
    for name, columns in (unique or {}).items():
        lines.append(f"ALTER TABLE app.{table} ADD CONSTRAINT {name} UNIQUE (tenant_id, {', '.join(columns)});")
    for name, columns in (index or {}).items():
        lines.append(f"CREATE INDEX {name} ON app.{table} (tenant_id, {', '.join(columns)});")
    for reference in references:
        name = f"{table}_{reference.column}_exists"
        lines.append(
            f"ALTER TABLE app.{table} ADD CONSTRAINT {name} FOREIGN KEY (tenant_id, {reference.column}) "
            f"REFERENCES app.{reference.table} (tenant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT;"
        )
        lines.append(f"CREATE INDEX {table}_{reference.column}_index ON app.{table} (tenant_id, {reference.column});")
    if audited:
        skipped = ",".join(untrailed)
        lines.append(
            f"CREATE TRIGGER trail AFTER INSERT OR UPDATE OR DELETE ON app.{table} FOR EACH ROW "
            f"EXECUTE FUNCTION audit.chain('{table}', '{skipped}'); "
            f"ALTER TABLE app.{table} ENABLE ALWAYS TRIGGER trail;"  # also where a server plays the replica
        )
    return "\n".join(lines)


def protect_directory(table: str) -> str:
    """SQL that lets every body read a table of the tree, and only the operator's space change it."""
    return "\n".join(
        [
            f"ALTER TABLE app.{table} ENABLE ROW LEVEL SECURITY;",
            f"ALTER TABLE app.{table} FORCE ROW LEVEL SECURITY;",
            f"CREATE POLICY may_read ON app.{table} FOR SELECT TO app_rt USING {DIRECTORY_READ};",
            f"CREATE POLICY may_add ON app.{table} FOR INSERT TO app_rt WITH CHECK {DIRECTORY_WRITE};",
            f"CREATE POLICY may_change ON app.{table} FOR UPDATE TO app_rt "
        f"USING {DIRECTORY_WRITE} WITH CHECK {DIRECTORY_WRITE};",
            f"CREATE POLICY may_remove ON app.{table} FOR DELETE TO app_rt USING {DIRECTORY_WRITE};",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON app.{table} TO app_rt;",
            f"COMMENT ON TABLE app.{table} IS 'base=directory';",
        ]
    )


def let_sign_in_read(table: str) -> str:
    """SQL that lets the sign-in functions (owned by `sec_owner`) read a table while they open a request."""
    return (
        f"GRANT SELECT ON app.{table} TO sec_owner; "
        f"CREATE POLICY opens_requests ON app.{table} FOR SELECT TO sec_owner USING (true);"
    )
