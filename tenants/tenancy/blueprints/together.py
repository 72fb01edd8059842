"""Several files as one: what they say about the same body must agree, and is added together."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from msgspec.structs import FieldInfo, fields, replace

from tenancy.blueprints.draft import Draft
from tenancy.blueprints.faults import Complaint, Place
from tenancy.blueprints.model import Body
from tenancy.i18n import gettext as _

_IDENTITY: dict[str, Callable[[Any], Any]] = {
    "predecessors": lambda entry: (entry.body, entry.on),
    "units": lambda unit: unit.code,
    "persons": lambda person: person.code,
    "modules": lambda module: module.name,
    "members": lambda member: (member.year, member.body),
}


def parents_first(bodies: Iterable[Body]) -> tuple[Body, ...]:
    """The bodies by slug, but each after its parent: the order that foreign keys want."""
    waiting = {body.slug: body for body in sorted(bodies, key=lambda body: body.slug)}
    ordered: list[Body] = []
    while waiting:
        ready = {slug: body for slug, body in waiting.items() if body.parent not in waiting} or waiting
        ordered += ready.values()
        waiting = {slug: body for slug, body in waiting.items() if slug not in ready}
    return tuple(ordered)


def united(drafts: Sequence[Draft]) -> tuple[Body, ...]:
    """All bodies of all files, each once: what one file says of a body is added to what another says."""
    bodies: dict[str, Body] = {}
    for draft in drafts:
        for body in draft.blueprint.bodies:
            bodies[body.slug] = _joined(bodies[body.slug], body) if body.slug in bodies else body
    return parents_first(bodies.values())


def _joined(one: Body, other: Body) -> Body:
    lists = {name: _union(getattr(one, name), getattr(other, name), identity) for name, identity in _IDENTITY.items()}
    return replace(one, **lists)


def _union(one: tuple[Any, ...], other: tuple[Any, ...], identity: Callable[[Any], Any]) -> tuple[Any, ...]:
    present = {identity(item) for item in one}
    return one + tuple(item for item in other if identity(item) not in present)


def compare(drafts: Sequence[Draft]) -> None:
    """Report in each later file where it contradicts an earlier one about the same body."""
    first: dict[str, tuple[Draft, int, Body]] = {}
    for draft in drafts:
        for at, body in enumerate(draft.blueprint.bodies):
            earlier = first.setdefault(body.slug, (draft, at, body))
            if body.slug and earlier[0] is not draft:
                _compare_bodies(draft, at, body, *earlier)


def _compare_bodies(draft: Draft, at: int, body: Body, earlier: Draft, earlier_at: int, said: Body) -> None:
    for place, earlier_place in _differences(body, said):
        sentence = _("Tệp {file}, dòng {line} ghi khác về cùng đơn vị “{slug}”: sửa cho hai tệp khớp nhau.").format(
            file=earlier.file, line=earlier.line_of(("body", earlier_at, *earlier_place)), slug=body.slug
        )
        draft.report(Complaint(("body", at, *place), sentence))


def _differences(one: Body, other: Body) -> Iterator[tuple[Place, Place]]:
    for field in fields(Body):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if field.name in _IDENTITY:
            yield from _different_items(field, mine, theirs)
        elif mine != theirs:
            yield (field.encode_name,), (field.encode_name,)


def _different_items(field: FieldInfo, mine: tuple[Any, ...], theirs: tuple[Any, ...]) -> Iterator[tuple[Place, Place]]:
    identity = _IDENTITY[field.name]
    said = {identity(item): (position, item) for position, item in enumerate(theirs)}
    for at, item in enumerate(mine):
        position, other = said.get(identity(item), (0, item))
        if other != item:
            yield (field.encode_name, at), (field.encode_name, position)
