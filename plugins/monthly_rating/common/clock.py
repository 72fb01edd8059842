"""The day and the moment, from the platform's calendar; the demonstration year runs on other days."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from plugin_api.ports import ports

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_chosen: ContextVar[datetime | None] = ContextVar("chosen_moment", default=None)


def today() -> date:
    """The calendar day in Viet Nam."""
    chosen = _chosen.get()
    return chosen.date() if chosen else ports().today()


def moment() -> datetime:
    """Now, on the platform's calendar day."""
    chosen = _chosen.get()
    if chosen:
        return chosen
    now = datetime.now(VIETNAM)
    return datetime.combine(ports().today(), now.timetz())


@contextmanager
def on_day(day: date, hour: int = 9) -> Iterator[None]:
    """Do what follows as if it were `day`: for the demonstration year, which is written in one go."""
    token = _chosen.set(datetime.combine(day, time(hour), VIETNAM))
    try:
        yield
    finally:
        _chosen.reset(token)
