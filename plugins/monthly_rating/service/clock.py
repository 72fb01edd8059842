"""The day and the moment, from the platform's calendar; the demonstration year is lived through on other days."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from plugin_api.ports import ports

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_standing: ContextVar[datetime | None] = ContextVar("standing_on", default=None)


def today() -> date:
    """The calendar day in Viet Nam."""
    standing = _standing.get()
    return standing.date() if standing else ports().today()


def moment() -> datetime:
    """Now, on the platform's calendar day."""
    standing = _standing.get()
    if standing:
        return standing
    now = datetime.now(VIETNAM)
    return datetime.combine(ports().today(), now.timetz())


@contextmanager
def standing_on(day: date, hour: int = 9) -> Iterator[None]:
    """Do what follows as if it were `day`: for the demonstration year, which has to be lived through in one go."""
    token = _standing.set(datetime.combine(day, time(hour), VIETNAM))
    try:
        yield
    finally:
        _standing.reset(token)
