"""The clock of modules: the day and the moment in Viet Nam. A module never asks the machine what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time

from plugin_api.vietnam import VIETNAM

_chosen: ContextVar[datetime | None] = ContextVar("chosen_moment", default=None)


def now() -> datetime:
    """The moment, with the zone of Viet Nam."""
    return _chosen.get() or datetime.now(VIETNAM)


def today() -> date:
    """The calendar day in Viet Nam."""
    return now().date()


@contextmanager
def on_day(day: date, hour: int = 9) -> Iterator[None]:
    """Do what follows as if it were `day`: for tests, and for the demonstration year, which is written in one go."""
    token = _chosen.set(datetime.combine(day, time(hour), VIETNAM))
    try:
        yield
    finally:
        _chosen.reset(token)
