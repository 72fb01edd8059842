"""The engine of migrations: Piccolo's own, connected as `app_owner`. The running product never opens it."""

from tenancy.engine import SEARCH_PATH, QuietEngine

OWNER_DB = QuietEngine(config={"dsn": "", "server_settings": SEARCH_PATH}, extensions=())


def use_owner(dsn: str) -> None:
    """Point migrations at a database, as the role that owns its tables."""
    OWNER_DB.config["dsn"] = dsn
