"""The zone map (开门接电示范区图): a page that stands alone, a sheet of paper, a picture.

Everything a caller needs stands here; see :class:`ZoneMap` for what goes in.
"""

from __future__ import annotations

from maps.zone_content import ClassTotal, MapHeading, ZoneMap
from maps.zone_page import zone_map_html
from maps.zone_print import zone_map_pdf, zone_map_png
from maps.zone_sheet import zone_map_svg

__all__ = [
    "ClassTotal",
    "MapHeading",
    "ZoneMap",
    "zone_map_html",
    "zone_map_pdf",
    "zone_map_png",
    "zone_map_svg",
]
