"""How the overview map looks: colours, widths and words of each thing on it."""

from __future__ import annotations

from typing import Final

ROADS: Final[dict[str, tuple[float, str, str]]] = {
    "track": (0.8, "#ffffff", "#d5cebd"),
    "local": (1.3, "#ffffff", "#cfc8b8"),
    "tertiary": (2.0, "#ffffff", "#cdc6b6"),
    "secondary": (2.9, "#ffffff", "#c6bda9"),
    "primary": (3.6, "#fffaf0", "#b9ac8f"),
    "expressway": (4.4, "#fbe9c6", "#c29a55"),
}
"""Class -> width in pixels at 8 m a pixel, colour, colour of the casing; minor roads are drawn first."""

ROAD_NAMES: Final = {"track": "便道 track", "local": "支路 local", "tertiary": "三级路 tertiary",
                     "secondary": "次干路 secondary", "primary": "主干路 primary",
                     "expressway": "快速路 expressway"}  # fmt: skip

LAND: Final[dict[str, tuple[str, str]]] = {
    "R": ("#f6eed9", "居住 residential"),
    "A": ("#f0dde3", "公共服务 public"),
    "B": ("#f4dacd", "商业商务 commercial"),
    "M": ("#e3dcea", "工业 industrial"),
    "W": ("#dbdfea", "物流仓储 logistics"),
    "S": ("#e2e2de", "交通 transport"),
    "U": ("#d5dfdd", "公用设施 utilities"),
    "G": ("#d6e5c8", "绿地 green"),
    "H": ("#ece2cf", "村庄 village"),
}
"""First letter of the land-use code (GB 50137-2011) -> fill and name."""

OTHER_LAND: Final = ("#eae6db", "其他 other")

STATION_COLOURS: Final = (
    "#00727a", "#b35c00", "#6b4fa0", "#2f63b0", "#a8326e", "#4f6f1f", "#7a5a3a", "#4a4a55",
)  # fmt: skip
"""Colours that tell the feeders of neighbouring substations apart, used in turn."""

DASHES: Final = {"overhead": "5.5 3.2", "mixed": "9 2.6 2 2.6", "cable": ""}
CONSTRUCTION: Final = {
    "cable": "电缆 cable", "overhead": "架空 overhead", "mixed": "混合 mixed", "": "未注明 not stated",
}  # fmt: skip

SQUARE_FROM_KV: Final = 200.0
"""Substations from this voltage on are squares, lower ones circles."""

MAX_STATION_ENTRIES: Final = 6
FEW_STATIONS: Final = 20
ROAD_LABELS: Final = 22
SHADE: Final = "#2b2b38"
