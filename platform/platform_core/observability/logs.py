"""structlog as JSON on standard error, one object a line, with the trace number of the request."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

MASKED = frozenset(
    {
        "password",
        "old",
        "new",
        "again",
        "token",
        "csrf_token",
        "login",
        "email",
        "full_name",
        "person_name",
        "name",
        "text",
        "comment",
        "content",
        "cookie",
        "authorization",
    }
)


def mask(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Personal and secret values become `***`, at any depth."""
    for key, value in line.items():
        if key in MASKED:
            line[key] = "***"
        elif isinstance(value, dict):
            line[key] = mask(_logger, _method, dict(value))
    return line


def set_up_logs(level: int = logging.INFO) -> None:
    """Configure the process once: our own lines and those of libraries leave by the same handler, in the same form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper("iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    final: list[Any] = [mask, structlog.processors.JSONRenderer(ensure_ascii=False)]
    structlog.configure(
        processors=[*shared, *final],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final]
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for chatty in ("casbin", "piccolo"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
