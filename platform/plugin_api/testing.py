"""The conformance kit: every module is put through it the day its entry point exists.

`sample_rows` of the module fills body A. Then, as another body, as the body above, as the body below and as nobody:
nothing is seen beyond what the table's base promises, nothing is changed, and a foreign id is absent. And as somebody
of body A who may do everything but is not whom the rows are about: what every screen keeps closed, the trail keeps
closed; what it tells says whose row it is and leads to a page that opens. All of it runs in one transaction that the
caller undoes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID, uuid4

from piccolo.table import Table

from plugin_api.actor import Actor
from plugin_api.endpoints import PATH_PARAMETER, Action, Endpoint
from plugin_api.errors import Refusal
from plugin_api.plausible import plausible
from tenancy.context import TenantContext
from tenancy.faults import Absent, DatabaseFault, Stale
from tenancy.lifecycle import move_to
from tenancy.transaction import current_transaction

SEEN_FROM = {"private": (), "overseen": ("above",), "inherited": ("below",)}
"""Who besides the body itself sees rows of a table base."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The body with the rows and three others."""

    own: UUID
    other: UUID
    above: UUID
    below: UUID


async def isolation_faults(tables: Sequence[type[Table]], bodies: Neighbours) -> list[str]:
    """What anyone but the body itself can see or change of the module's rows; empty when it is isolated."""
    faults: list[str] = []
    for table in tables:
        name, base = table._meta.tablename, getattr(table, "base", "")
        if base not in SEEN_FROM:
            faults.append(f"{name}: no table base")
            continue
        await move_to(TenantContext(bodies.own))
        own = await _count(name, bodies.own)
        if own == 0:
            faults.append(f"{name}: sample_rows left it empty")
        for place in ("other", "above", "below"):
            await move_to(TenantContext(getattr(bodies, place)))
            seen, expected = await _count(name, bodies.own), own if place in SEEN_FROM[base] else 0
            if seen != expected:
                faults.append(f"{name}: {seen} of {own} rows seen from {place}, expected {expected}")
            if await _changed(name, bodies.own):
                faults.append(f"{name}: rows changed from {place}")
        await _enter_nowhere()
        if await _count(name, bodies.own):
            faults.append(f"{name}: rows seen by nobody's context")
    await move_to(TenantContext(bodies.own))
    return faults


async def foreign_id_faults(endpoints: Sequence[Endpoint], stranger: Actor, ids: Mapping[str, UUID]) -> list[str]:
    """Endpoints that do more than say "absent" when a stranger with every permission elsewhere brings these ids."""
    faults = [f"sample_rows names no {name}, which {path} asks for" for name, path in _without_sample(endpoints, ids)]
    await move_to(TenantContext(stranger.body.tenant_id, stranger.account_id))
    for endpoint in endpoints:
        wanted = [name for name in ids if f"{{{name}:" in endpoint.path]
        if not wanted:
            continue
        answers = [
            await _answer(endpoint, stranger, {name: ids[name] for name in wanted}),
            await _answer(endpoint, stranger, {name: uuid4() for name in wanted}),
        ]
        if answers[0] != answers[1]:
            faults.append(f"{endpoint.name}: a foreign id answers {answers[0]}, one that never was {answers[1]}")
        if answers[0] != "Absent":
            faults.append(f"{endpoint.name}: a foreign id answers {answers[0]}")
    return faults


def _without_sample(endpoints: Sequence[Endpoint], ids: Mapping[str, UUID]) -> list[tuple[str, str]]:
    """(parameter, path) of every id in a path for which there is no sample row: nothing would be tried there."""
    named = {name: endpoint.path for endpoint in endpoints for name in re.findall(r"\{(\w+):uuid\}", endpoint.path)}
    return [(name, path) for name, path in named.items() if name not in ids]


class ToldChange(Protocol):
    """One field as the trail tells it."""

    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...


class ToldPlace(Protocol):
    """The page that an entry leads to."""

    @property
    def view(self) -> str: ...
    @property
    def ids(self) -> Mapping[str, str]: ...


class ToldEntry(Protocol):
    """An entry as the trail tells it to one reader."""

    @property
    def seq(self) -> int: ...
    @property
    def subject(self) -> str: ...
    @property
    def person_id(self) -> UUID | None: ...
    @property
    def changes(self) -> Sequence[ToldChange]: ...
    @property
    def closed(self) -> bool: ...
    @property
    def place(self) -> ToldPlace | None: ...


async def trail_disclosures(
    endpoints: Sequence[Endpoint], reader: Actor, ids: Mapping[str, UUID], told: Sequence[ToldEntry]
) -> list[str]:
    """Entries of the trail that tell `reader` what the screens of the module keep closed.

    Every row of the kind of each sample id is asked for at every View that takes such an id. Where all of them say
    Absent or Forbidden, no entry that is this row or names it in a column may show a value, a subject or a person.
    `told` is the whole trail as its page tells it to the reader; `sample_rows` has to contain a row that is closed.
    """
    faults: list[str] = []
    for name in ids:
        views = [one for one in endpoints if not isinstance(one, Action) and f"{{{name}:" in one.path]
        for row_id in await _rows_like(reader.body.tenant_id, ids[name]) if views else []:
            answers = {await _answer(view, reader, _given(view, {**ids, name: row_id})) for view in views}
            if answers <= {"Absent", "Forbidden"}:
                entries = await _entries_of(reader.body.tenant_id, row_id)
                faults += [
                    f"{entries[one.seq]} tells of a closed {name}" for one in told if one.seq in entries and _open(one)
                ]
    return faults


async def trail_wording_faults(
    tables: Sequence[type[Table]], endpoints: Sequence[Endpoint], reader: Actor, told: Sequence[ToldEntry]
) -> list[str]:
    """Tables of the module whose entries do not say whose row it is, or lead to no page that opens.

    `reader` may do everything in the body, `told` is the whole trail as its page tells it to that reader. Entries that
    stay closed to him say nothing; of each table at least one sample row has to be open.
    """
    faults: list[str] = []
    views = {one.name: one for one in endpoints}
    tables_of = await _tables_of_entries(reader.body.tenant_id)
    entries: dict[str, list[ToldEntry]] = {table._meta.tablename: [] for table in tables}
    for one in told:
        if not one.closed and tables_of[one.seq] in entries:
            entries[tables_of[one.seq]].append(one)
    for table, open_ones in entries.items():
        if not open_ones:
            faults.append(f"{table}: no entry of the trail is told in words (declare a record of it)")
        if not all(one.subject for one in open_ones):
            faults.append(f"{table}: an entry of the trail does not say whose row it is")
        if any(one.place is None for one in open_ones):
            faults.append(f"{table}: an entry of the trail leads to no page")
        for view, ids in {(one.place.view, tuple(one.place.ids.items())) for one in open_ones if one.place}:
            answer = await _opened(views[view], reader, dict(ids))
            if answer != "done":
                faults.append(f"{table}: {view}, where the trail leads, answers {answer}")
    return faults


async def _opened(view: Endpoint, reader: Actor, values: Mapping[str, str]) -> str:
    """What a view answers to the values of a link; a link is text."""
    kinds = {"uuid": UUID, "int": int, "str": str}
    typed = {name: kinds[kind](values[name]) for name, kind in PATH_PARAMETER.findall(view.path)}
    return await _answer(view, reader, typed)


async def _tables_of_entries(tenant_id: UUID) -> dict[int, str]:
    found = await current_transaction().connection.fetch(
        "SELECT seq, table_name FROM audit.log WHERE tenant_id = $1", tenant_id
    )
    return {one["seq"]: one["table_name"] for one in found}


def _given(endpoint: Endpoint, ids: Mapping[str, UUID]) -> dict[str, UUID]:
    return {name: row_id for name, row_id in ids.items() if f"{{{name}:" in endpoint.path}


def _open(entry: ToldEntry) -> bool:
    shown = any(change.before or change.after for change in entry.changes)
    return shown or bool(entry.subject) or entry.person_id is not None


async def _rows_like(tenant_id: UUID, row_id: UUID) -> list[UUID]:
    """Every row that the trail has seen in the table of this one."""
    found = await current_transaction().connection.fetch(
        """SELECT DISTINCT l.row_id FROM audit.log l WHERE l.tenant_id = $1 AND l.table_name IN (
             SELECT o.table_name FROM audit.log o WHERE o.tenant_id = $1 AND o.row_id = $2)""",
        tenant_id,
        row_id,
    )
    return [one["row_id"] for one in found]


async def _entries_of(tenant_id: UUID, row_id: UUID) -> dict[int, str]:
    """Number → table of the entries that are this row or name it."""
    found = await current_transaction().connection.fetch(
        """SELECT l.seq, l.table_name FROM audit.log l WHERE l.tenant_id = $1 AND (l.row_id = $2 OR EXISTS (
             SELECT 1 FROM jsonb_each_text(coalesce(l.after, l.before)) column_ WHERE column_.value = $2::text))""",
        tenant_id,
        row_id,
    )
    return {one["seq"]: one["table_name"] for one in found}


async def _answer(endpoint: Endpoint, actor: Actor, ids: Mapping[str, UUID]) -> str:
    """What happened, as one word; undone."""
    try:
        async with current_transaction().point(keep=False):
            if isinstance(endpoint, Action):
                given = {} if endpoint.data is None else {"data": plausible(endpoint.data)}
                await endpoint.run(actor, **ids, **given)
            else:
                await endpoint.load(actor, **ids, **({} if endpoint.query is None else {"query": endpoint.query()}))
    except (Refusal, Stale, Absent, DatabaseFault) as fault:
        return type(fault).__name__
    return "done"


async def _count(table: str, tenant: UUID) -> int:
    question = f'SELECT count(*) FROM "{table}" WHERE tenant_id = $1'
    # lint: allow(string-built-sql): the kit asks every declared table the same question
    found = await current_transaction().connection.fetchval(question, tenant)
    return int(found or 0)


async def _changed(table: str, tenant: UUID) -> bool:
    """Whether an update, a deletion or an insertion into `tenant` gets through."""
    tries = (
        f'UPDATE "{table}" SET tenant_id = tenant_id WHERE tenant_id = $1',
        f'DELETE FROM "{table}" WHERE tenant_id = $1',
        f'INSERT INTO "{table}" SELECT * FROM "{table}" WHERE tenant_id = $1',
    )
    through = False
    for statement in tries:
        try:
            async with current_transaction().point(keep=False):
                # lint: allow(string-built-sql): the kit tries the same on every declared table
                done = await current_transaction().connection.execute(statement, tenant)
                through = through or not done.endswith(" 0")
        except DatabaseFault:
            continue  # refused, as it should be
    return through


async def _enter_nowhere() -> None:
    await current_transaction().connection.execute("SELECT set_config('app.context', '', true)")
