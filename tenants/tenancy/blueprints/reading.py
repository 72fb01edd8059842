"""Reading blueprints: a file or several in, accepted blueprints out, or one error that holds every fault."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from tenancy.blueprints import body_rules, people_rules
from tenancy.blueprints.accounts import check_accounts
from tenancy.blueprints.draft import Draft, open_draft
from tenancy.blueprints.faults import BlueprintError, BlueprintFault, Place, field_of
from tenancy.blueprints.model import About, Blueprint, Body
from tenancy.blueprints.together import compare, united


def read(path: Path, known: Collection[str] = ()) -> Blueprint:
    """The blueprint in one file. `known` are slugs of bodies that exist already, so that the file may refer to them.

    What only the database can tell is left to it: loops through `known` bodies, sign-ins that others already have,
    whether a module of that name is installed and takes these settings.
    Raises BlueprintError with every fault; after a syntax fault only that one, for the rest can't be understood.
    """
    return _judged([path], known)[0].blueprint


def read_all(paths: Iterable[Path], known: Collection[str] = ()) -> tuple[Body, ...]:
    """The bodies of several files that may refer to each other, parents first; the order of the files does not matter.

    A body may appear in several files: its own facts must be the same in all, its lists are added together.
    Raises BlueprintError with every fault of every file.
    """
    return read_together(paths, known).bodies


def read_together(paths: Iterable[Path], known: Collection[str] = ()) -> "Accepted":
    """The same as `read_all`, with what is needed to say later in which file and line something stands."""
    return Accepted(_judged(paths, known))


class Accepted:
    """Files without a fault of their own; what only the instance can judge is still to come."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self._drafts = drafts
        self.bodies = united(drafts)
        self.about: dict[str, About] = {
            body.slug: draft.blueprint.about for draft in drafts for body in draft.blueprint.bodies
        }

    def module_fault(self, slug: str, module: str, keys: tuple[str, ...], sentence: str) -> BlueprintFault:
        """A fault in what a file says about a module of a body; `keys` lead on: `("settings", "decision_days")`."""
        draft, place = next(self._places(slug, module))
        return BlueprintFault(draft.file, draft.line_of((*place, *keys)), field_of((*place, *keys)), sentence)

    def _places(self, slug: str, module: str) -> Iterator[tuple[Draft, Place]]:
        for draft in self._drafts:
            for at, body in enumerate(draft.blueprint.bodies):
                for position, use in enumerate(body.modules):
                    if (body.slug, use.name) == (slug, module):
                        yield draft, ("body", at, "module", position)


def _judged(paths: Iterable[Path], known: Collection[str]) -> Sequence[Draft]:
    drafts, faults = _opened(paths)
    stated: dict[str, Body] = {}
    for draft in drafts:
        stated = {body.slug: body for body in draft.blueprint.bodies if body.slug} | stated
    for draft in drafts:
        for complaint in (
            *body_rules.complaints(draft.blueprint, stated, known),
            *people_rules.complaints(draft.blueprint),
        ):
            draft.report(complaint)
    compare(drafts)
    check_accounts(drafts)
    faults += [fault for draft in drafts for fault in draft.faults]
    if faults:
        raise BlueprintError(faults)
    return drafts


def _opened(paths: Iterable[Path]) -> tuple[list[Draft], list[BlueprintFault]]:
    drafts: list[Draft] = []
    faults: list[BlueprintFault] = []
    for path in paths:
        try:
            drafts.append(open_draft(path))
        except BlueprintError as refusal:
            faults += refusal.faults
    return drafts, faults
