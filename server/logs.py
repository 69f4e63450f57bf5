"""Logs: one JSON object a line, with the id of the request it belongs to.

No notes, names, tokens or query texts ever reach a log: what a log line says of a request is its
method, path, status and duration.
"""

import logging
import logging.config
from contextvars import ContextVar
from typing import Final

request_id: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)


class _WithRequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


def configure_logs(level: str) -> None:
    """Send all logs of this process to standard error, as JSON lines."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"request_id": {"()": _WithRequestId}},
            "formatters": {
                "json": {
                    "()": "pythonjsonlogger.json.JsonFormatter",
                    "format": "%(levelname)s %(name)s %(message)s %(request_id)s",
                    "timestamp": True,
                    "rename_fields": {"levelname": "level", "name": "logger"},
                }
            },
            "handlers": {
                "stderr": {
                    "class": "logging.StreamHandler",
                    "formatter": "json",
                    "filters": ["request_id"],
                }
            },
            "root": {"level": level, "handlers": ["stderr"]},
            "loggers": {
                "uvicorn": {"level": "WARNING", "propagate": True, "handlers": []},
                "uvicorn.error": {"level": "WARNING", "propagate": True, "handlers": []},
            },
        }
    )
