"""Days, moments and numbers as Viet Nam counts and writes them."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""The one zone in which days begin and deadlines end."""


def show_date(day: date | None) -> str:
    """31/03/2026, or nothing."""
    return f"{day:%d/%m/%Y}" if day else ""


def show_moment(moment: datetime | None) -> str:
    """31/03/2026 14:05 in Viet Nam, or nothing."""
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if moment else ""


def show_number(number: Decimal | float | int | None) -> str:
    """7,5 and 1.234; nothing for None."""
    if number is None:
        return ""
    return f"{number:,}".translate(str.maketrans(",.", ".,"))
