"""The dispatcher of this process, for the core's own services. Set once by the composition root."""

from platform_core.plugin_host.dispatcher import Dispatcher

_running: Dispatcher | None = None


def run_with(dispatcher: Dispatcher) -> None:
    """Make this the dispatcher of the process."""
    global _running  # lint: allow(module-state): made of the installed code, the same in every process
    _running = dispatcher


def dispatcher() -> Dispatcher:
    """The dispatcher of the process. Raises RuntimeError before the application is composed."""
    if _running is None:
        raise RuntimeError("the application is not composed yet")
    return _running
