"""The columns of a screening (筛查表): of its file, of its table in the database, of its rows."""

from __future__ import annotations

from typing import Final

MEASURES: Final = (
    *("length_m", "crossing_m", "city_road_crossing_m", "excavation_m", "green_m"),
    *("along_main_road_m", "along_infrastructure_m"),
)
"""Measures of a route in metres, in the order in which they are shown; the number of crossings is another."""

ROW_COLUMNS: Final = (
    *("parcel_id", "class", "failed_test", "load_kva", "load_source", "asset_id", "asset_name", "level"),
    *("open_capacity_kva", "bottleneck_level", "length_m", "crossing_m", "crossing_count"),
    *("city_road_crossing_m", "excavation_m", "green_m", "along_main_road_m", "along_infrastructure_m"),
    *("procedure", "limit_working_days", "decision_kind", "options", "upper_bound", "jurisdiction", "on"),
)
"""Columns of a row, before it belongs to a run."""

COLUMNS: Final = (*ROW_COLUMNS, "run_id")
"""Columns of a screening file; ``geometry`` stands beside them where the format has one."""

NUMBERS: Final = ("load_kva", "open_capacity_kva", *MEASURES)
"""Columns of floating-point numbers."""
