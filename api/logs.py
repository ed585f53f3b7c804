"""Logs as one JSON object a line, without personal data."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

_encode: Final = json.JSONEncoder(ensure_ascii=False, default=str).encode


@lru_cache(maxsize=2)
def _second(since_1970: int) -> str:
    return datetime.fromtimestamp(since_1970, UTC).strftime("%Y-%m-%dT%H:%M:%S")


class JsonFormatter(logging.Formatter):
    """Writes a record as JSON; of a fault its kind and place, as its words may hold what was asked for."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": f"{_second(int(record.created))}.{int(record.created % 1 * 1000):03}+00:00",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, "kaimen", {})
        if record.exc_info and record.exc_info[1] is not None:
            fault = record.exc_info[1]
            line["fault"] = type(fault).__name__
            line["where"] = [
                f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(fault.__traceback__)
            ]
        return _encode(line)


def logging_config(level: str) -> dict[str, Any]:
    """Return the configuration of logging for a process that serves: everything to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "loggers": {
            "kaimen": {"handlers": ["stderr"], "level": level.upper(), "propagate": False},
            "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        },
    }
