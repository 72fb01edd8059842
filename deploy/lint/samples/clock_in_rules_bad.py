"""A rule that looks at a clock; the test reads this file as if it lay in a folder `rules/`. The marked lines are found."""

import time
from datetime import UTC, date, datetime


def is_late(due: date) -> bool:
    return due < datetime.now(UTC).date()  # bad


def age() -> float:
    return time.time()  # bad
