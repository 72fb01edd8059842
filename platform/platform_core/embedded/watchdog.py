"""PostgreSQL dies, PostgreSQL comes back: a thread that waits for the one and does the other."""

import logging
import threading

from platform_core.embedded.faults import StartupError
from platform_core.embedded.runner import EmbeddedPostgres

RETRY_SECONDS = 1.0

log = logging.getLogger("thidua.server")


class Watchdog:
    """Keeps a started server alive until `stop`. Meanwhile the product answers 503, never from memory."""

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self.postgres = postgres
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep_alive, name="watch-postgres", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; call before `EmbeddedPostgres.stop`."""
        self._stopped.set()

    def _keep_alive(self) -> None:
        while not self._stopped.is_set():
            self.postgres.wait()
            if self._stopped.is_set():
                return
            log.error("postgres died, starting it anew")
            try:
                self.postgres.restart()
            except StartupError as fault:
                log.error("postgres does not start: %s", fault)
                self._stopped.wait(RETRY_SECONDS)
