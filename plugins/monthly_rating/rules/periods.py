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
    """First and last day (both included), the name used in papers (`paper_name`), and the year that name says: a week
    over New Year belongs to the year of its Thursday (ISO 8601)."""

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


def month_name(month: int) -> str:
    """A month, 1 to 12, in the language of the request."""
    return _(MONTHS[month - 1])


def period_name(start: date, end: date, *, with_year: bool = True) -> str:
    """What screens call a period, in the language of the request; its days say whether it is a week, a month or a
    quarter."""
    if (end - start).days < 7:
        year, week, _day = start.isocalendar()
        short = _("Tuần %(week)s", week=week)
        days = f" ({start:%d/%m}–{end:%d/%m/%Y})"
    else:
        year, days = start.year, ""
        quarter = ROMAN[(start.month - 1) // 3]
        short = month_name(start.month) if start.month == end.month else _("Quý %(quarter)s", quarter=quarter)
    return _("%(period)s năm %(year)s", period=short, year=year) + days if with_year else short


def paper_name(start: date, end: date) -> str:
    """What papers call a period: in Vietnamese, whatever the language of the request."""
    if (end - start).days < 7:
        year, week, _day = start.isocalendar()
        return f"Tuần {week} năm {year} ({start:%d/%m}–{end:%d/%m/%Y})"
    if start.month == end.month:
        return f"Tháng {start.month} năm {start.year}"
    return f"Quý {ROMAN[(start.month - 1) // 3]} năm {start.year}"


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
    return _period(start, start + timedelta(days=6), day.isocalendar().year)


def _month(day: date) -> Period:
    return _period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]), day.year)


def _quarter(day: date) -> Period:
    last = (day.month - 1) // 3 * 3 + 3
    return _period(date(day.year, last - 2, 1), date(day.year, last, monthrange(day.year, last)[1]), day.year)


def _period(start: date, end: date, year: int) -> Period:
    return Period(start, end, paper_name(start, end), year)
