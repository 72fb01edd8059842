"""Questions that several rules ask: repeated keys, dates out of order, overlapping spans, loops in a tree."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from tenancy.blueprints.faults import Complaint, Place
from tenancy.blueprints.model import NO_DATE, Dated
from tenancy.i18n import gettext as _


def repeated(keys: Iterable[Hashable]) -> Iterator[tuple[int, int]]:
    """Pairs (position, position of the first one) for every key that was there before. Empty keys are no keys."""
    first: dict[Hashable, int] = {}
    for at, key in enumerate(keys):
        if key and first.setdefault(key, at) != at:
            yield at, first[key]


def end_of(span: Dated) -> date | None:
    """The last day in force; nothing when it is open or was written as a day that does not exist."""
    return None if span.valid_to == NO_DATE else span.valid_to


def dates_in_order(place: Place, span: Dated, end_key: str = "valid_to") -> Iterator[Complaint]:
    """The end may not lie before the beginning."""
    end = end_of(span)
    if end is not None and end < span.valid_from:
        sentence = _("Ngày kết thúc {end:%d/%m/%Y} đứng trước ngày bắt đầu {start:%d/%m/%Y}: sửa một trong hai ngày.")
        yield Complaint((*place, end_key), sentence.format(end=end, start=span.valid_from))


def is_within(inner: Dated, outer: Dated) -> bool:
    """Every day of `inner` is a day of `outer`. A span without a usable beginning is not judged."""
    if inner.valid_from == NO_DATE:
        return True
    end, last = end_of(inner), end_of(outer)
    return outer.valid_from <= inner.valid_from and (last is None or (end is not None and end <= last))


def overlap(one: Dated, other: Dated) -> bool:
    """At least one day belongs to both."""
    if NO_DATE in (one.valid_from, other.valid_from):
        return False
    return one.valid_from <= (end_of(other) or date.max) and other.valid_from <= (end_of(one) or date.max)


def overlapping(spans: Sequence[Dated], same: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    """Pairs (position, earlier position) of spans that share a day and have the same non-empty key."""
    for at, span in enumerate(spans):
        for before in range(at):
            if same[at] and same[at] == same[before] and overlap(span, spans[before]):
                yield at, before
                break


def loop_through(start: str, parents: Mapping[str, str | None]) -> list[str]:
    """The way up from `start` back to `start`, or an empty list when there is none."""
    way, above = [start], parents.get(start)
    while above is not None and above not in way:
        way.append(above)
        above = parents.get(above)
    return [*way, start] if above == start else []
