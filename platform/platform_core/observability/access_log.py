"""The access log: a line for each request, kept for at most a second and written together with its neighbours.

A request pays for a tuple in a list. Lines of the last second are lost when the process is killed, never when it is
stopped: `flush` is the last thing the application does.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from typing import NamedTuple

FLUSH_SECONDS = 1.0
MOST_WAITING = 2000
"""Lines that wait; one more and all are written at once."""


class Served(NamedTuple):
    """A request that was answered: `at` in seconds since 1970, `took` in seconds."""

    at: float
    trace: str
    method: str
    path: str
    status: int
    took: float


class AccessLog:
    """The lines of one process; on standard error, in the form of all other lines."""

    def __init__(self) -> None:
        self._waiting: list[Served] = []

    def add(self, served: Served) -> None:
        """Keep the line and see to it that it is written soon. Called in the loop of the application."""
        self._waiting.append(served)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)
        elif len(self._waiting) > MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            sys.stderr.write("".join(_line(served) for served in waiting))
            sys.stderr.flush()


def _line(served: Served) -> str:
    content = {
        "method": served.method,
        "path": served.path,
        "status": served.status,
        "milliseconds": round(served.took * 1000, 1),
        "event": "request",
        "trace": served.trace,
        "level": "info",
        "timestamp": datetime.fromtimestamp(served.at, UTC).isoformat().replace("+00:00", "Z"),
    }
    return json.dumps(content, ensure_ascii=False) + "\n"
