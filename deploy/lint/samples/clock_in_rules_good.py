"""A rule over plain values."""

from datetime import date


def is_late(due: date, on: date) -> bool:
    return due < on
