"""The server's own log, kept small, and its last cry when it does not start."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platform_core.embedded.faults import disk_sentence

KEEP_BYTES = 10_000_000


class ServerLog:
    """`postgres.log` in the data folder; past 10 MB it becomes `postgres.log.1` at the next start."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._start = 0

    @contextmanager
    def opened(self) -> Iterator[int]:
        """A descriptor to append to, for the server's output. Raises StartupError."""
        try:
            if self.file.exists() and self.file.stat().st_size > KEEP_BYTES:
                self.file.replace(self.file.with_name(f"{self.file.name}.1"))
            output = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise disk_sentence(fault, self.file) from fault
        try:
            self._start = os.fstat(output).st_size
            yield output
        finally:
            os.close(output)

    def last_fatal(self) -> str:
        """The last line since the start that says why, without its time stamp; empty when there is none."""
        with self.file.open("rb") as log:
            log.seek(self._start)
            lines = log.read().decode(errors="replace").splitlines()
        reasons = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
        return (reasons or lines or [""])[-1].split("]", 1)[-1].strip()
