"""Moments with a zone, the day from the port."""

from datetime import UTC, datetime

from plugin_api.ports import ports


def today():
    datetime.now(UTC)
    datetime.now(tz=UTC)
    return ports().today()
