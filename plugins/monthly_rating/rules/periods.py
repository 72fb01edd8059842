"""Weeks, months and quarters: which period a day belongs to, what it is called in papers, by when its steps are due."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from monthly_rating.config import CycleKind, RatingSettings
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark

MONTHS = (
    mark("Tháng 1"),
    mark("Tháng 2"),
    mark("Tháng 3"),
    mark("Tháng 4"),
    mark("Tháng 5"),
    mark("Tháng 6"),
    mark("Tháng 7"),
    mark("Tháng 8"),
    mark("Tháng 9"),
    mark("Tháng 10"),
    mark("Tháng 11"),
    mark("Tháng 12"),
)
ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day (both included), the name used in papers, which stays Vietnamese in every language, and the
    year that name says: a week over New Year belongs to the year of its Thursday (ISO 8601)."""

    start: date
    end: date
    label: str
    year: int


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The last day for issuing the notice, handing in the self-assessment, and meeting, deciding, publishing."""

    notice: date
    assessment: date
    decision: date


def period_containing(day: date, kind: CycleKind) -> Period:
    """The period of a kind that a day lies in."""
    return {"week": _week, "month": _month, "quarter": _quarter}[kind](day)


def period_name(start: date, end: date) -> str:
    """What a period is called on screens, in the language of the request: its days say whether it is a week, a month
    or a quarter. `Period.label` is its name in papers."""
    if (end - start).days < 7:
        year, week, _day = start.isocalendar()
        return _("Tuần %(week)s năm %(year)s (%(since)s–%(until)s)", week=week, year=year, since=f"{start:%d/%m}",
                 until=f"{end:%d/%m/%Y}")  # fmt: skip
    if start.month == end.month:
        return _("%(month)s năm %(year)s", month=_(MONTHS[start.month - 1]), year=start.year)
    return _("Quý %(quarter)s năm %(year)s", quarter=ROMAN[(start.month - 1) // 3], year=start.year)


def period_after(period: Period, kind: CycleKind) -> Period:
    """The period that begins on the day after."""
    return period_containing(period.end + timedelta(days=1), kind)


def deadlines(period: Period, settings: RatingSettings) -> Deadlines:
    """When the steps of a period are due. A short period can't be given its notice after its own end."""
    return Deadlines(
        notice=min(period.start + timedelta(days=settings.opening_day - 1), period.end),
        assessment=period.end + timedelta(days=settings.assessment_days),
        decision=period.end + timedelta(days=settings.decision_days),
    )


def _week(day: date) -> Period:
    start = day - timedelta(days=day.weekday())
    end = start + timedelta(days=6)
    year, week, _ = day.isocalendar()
    return Period(start, end, f"Tuần {week} năm {year} ({start:%d/%m}–{end:%d/%m/%Y})", year)


def _month(day: date) -> Period:
    last = monthrange(day.year, day.month)[1]
    return Period(day.replace(day=1), day.replace(day=last), f"Tháng {day.month} năm {day.year}", day.year)


def _quarter(day: date) -> Period:
    place = (day.month - 1) // 3
    last_month = place * 3 + 3
    end = date(day.year, last_month, monthrange(day.year, last_month)[1])
    return Period(date(day.year, last_month - 2, 1), end, f"Quý {ROMAN[place]} năm {day.year}", day.year)
