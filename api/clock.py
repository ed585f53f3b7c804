"""The clock: the only place that asks it for the day."""

from __future__ import annotations

from datetime import UTC, date, datetime

from gis.calendar import day_in_china


def today() -> date:
    """Return today's date in Asia/Shanghai."""
    return day_in_china(datetime.now(UTC))
