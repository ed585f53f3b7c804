"""How everything on a map looks: one table for SVG, CSS and canvas (样式表).

Colours, hatches, dashes, widths and words of each thing stand here and nowhere else; :func:`style_json`
hands them to the browser. Colour is never the only sign: each class has a hatch of its own (填充图案) and
each status a dash. The tests measure contrast, and distance as colour-blind people see it (CAM02-UCS).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

from gis.siting.words import words
from gis.words import Words

HATCH_PX: Final = 8
"""Side of the tile that a hatch repeats, pixels."""

PAPER: Final = "#f1efe8"
WATER: Final = "#c3dbe6"
GREEN: Final = "#dfe9d3"
ROUTE: Final = "#c2006b"
SHADE: Final = "#2b2b38"
RAILWAY: Final = "#6f6b66"

MEETS: Final = "#008a94"
PART: Final = "#c97a0a"
NOT: Final = "#7d0f2b"
NO_DATA: Final = "#9a9a94"
"""The four base colours: meets the load, in part, does not, no data."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a class of parcels or a status of assets is drawn.

    Attributes
    ----------
    words
        Its name.
    meaning
        What it says, one sentence.
    colour
        Base colour: of lines, and of areas that are not hatched.
    ink
        Colour of outline and hatch, at least 3:1 against paper.
    fill
        Colour of the area below the hatch.
    badge
        Background of white text.
    hatch
        SVG path data in a tile of :data:`HATCH_PX`, stroked with the ink; "" is a plain area.
    hatch_px
        Width of the hatch's stroke, pixels.
    dash
        Dash of outline or line, pixels; "" is solid.
    """

    words: Words
    meaning: Words
    colour: str
    ink: str
    fill: str
    badge: str
    hatch: str = ""
    hatch_px: float = 1.2
    dash: str = ""


CLASSES: Final[dict[str, Look]] = {
    "plug_and_play": Look(
        words("class.plug_and_play"),
        Words("容量充足，办理方式最简，电网已建至红线附近",
              "capacity, the lightest procedure, the grid built up to the red line"),
        MEETS, "#00727a", MEETS, "#00727a",
    ),
    "filing": Look(
        words("class.filing"),
        Words("容量充足，备案即可，无需审批", "capacity, a filing short of an approval"),
        MEETS, "#00727a", "#b4dcdb", "#00727a", "M-2 2l4-4M0 8l8-8M6 10l4-4", 1.5,
    ),
    "approval": Look(
        words("class.approval"),
        Words("容量充足，需行政审批", "capacity, and an approval is needed"),
        PART, "#9a5b00", "#f5dcae", "#9a5b00", "M-2 6l4 4M0 0l8 8M6-2l4 4", 1.2,
    ),
    "restricted": Look(
        words("class.restricted"),
        Words("有路径，无可开放容量", "a route, but no open capacity"),
        NOT, NOT, "#dcb6bf", NOT, "M0 0l8 8M0 8l8-8", 1.2, "5 2.5",
    ),
    "unreachable": Look(
        words("class.unreachable"),
        Words("限定距离内无可行路径", "no route within the limit"),
        NOT, NOT, "#f0e1e1", NOT, "M0 4h8", 0.9, "2 3",
    ),
    "unknown": Look(
        words("class.unknown"),
        Words("缺少数据，未作判断", "data missing, nothing is said"),
        NO_DATA, "#6a6a65", "#e9e8e2", "#6a6a65", "M1.2 2h1.6M5.2 6h1.6", 1.6, "1.5 2.5",
    ),
}  # fmt: skip
"""Class of a parcel (地块分类), best first."""

STATUSES: Final[dict[str, Look]] = {
    "open": Look(Words("不受限", "open"), Words("有可开放容量", "open capacity"),
                 MEETS, "#00727a", "#b4dcdb", "#00727a"),
    "tight": Look(Words("预警", "tight"), Words("余量将尽", "nearly used up"),
                  PART, "#9a5b00", "#f5dcae", "#9a5b00", "", 1.2, "9 3"),
    "restricted": Look(Words("受限", "restricted"), Words("无可开放容量", "no open capacity"),
                       NOT, NOT, "#dcb6bf", NOT, "", 1.2, "5 3"),
    "unknown": Look(Words("无数据", "no data"), Words("没有读数", "no reading"),
                    NO_DATA, "#6a6a65", "#e9e8e2", "#6a6a65", "", 1.2, "1.5 3"),
}  # fmt: skip
"""Status of an asset (开放状态)."""


@dataclass(frozen=True, slots=True)
class Road:
    """How a class of roads is drawn.

    Attributes
    ----------
    words
        Its name.
    width_px
        Width at 8 m a pixel.
    colour, casing
        Of the surface and of its edge.
    from_zoom
        Least zoom of the web map at which it shows.
    """

    words: Words
    width_px: float
    colour: str
    casing: str
    from_zoom: int


ROADS: Final[dict[str, Road]] = {
    "track": Road(Words("便道", "track"), 0.8, "#ffffff", "#d5cebd", 15),
    "local": Road(Words("支路", "local"), 1.3, "#ffffff", "#cfc8b8", 13),
    "tertiary": Road(Words("三级路", "tertiary"), 2.0, "#ffffff", "#cdc6b6", 12),
    "secondary": Road(Words("次干路", "secondary"), 2.9, "#ffffff", "#c6bda9", 11),
    "primary": Road(Words("主干路", "primary"), 3.6, "#fffaf0", "#b9ac8f", 0),
    "expressway": Road(Words("快速路", "expressway"), 4.4, "#fbe9c6", "#c29a55", 0),
}
"""Class of a road, minor ones first, as they are drawn."""

LAND: Final[dict[str, tuple[str, Words]]] = {
    "R": ("#f6eed9", Words("居住", "residential")),
    "A": ("#f0dde3", Words("公共服务", "public")),
    "B": ("#f4dacd", Words("商业商务", "commercial")),
    "M": ("#e3dcea", Words("工业", "industrial")),
    "W": ("#dbdfea", Words("物流仓储", "logistics")),
    "S": ("#e2e2de", Words("交通", "transport")),
    "U": ("#d5dfdd", Words("公用设施", "utilities")),
    "G": ("#d6e5c8", Words("绿地", "green")),
    "H": ("#ece2cf", Words("村庄", "village")),
}
"""First letter of the land-use code (GB 50137-2011) -> fill and name."""

OTHER_LAND: Final = ("#eae6db", Words("其他", "other"))

STATION_COLOURS: Final = (
    "#00727a", "#b35c00", "#6b4fa0", "#2f63b0", "#a8326e", "#4f6f1f", "#7a5a3a", "#4a4a55",
)  # fmt: skip
"""Colours that tell the feeders of neighbouring substations apart, used in turn."""

DASHES: Final = {"overhead": "5.5 3.2", "mixed": "9 2.6 2 2.6", "cable": ""}
CONSTRUCTION: Final = {
    "cable": Words("电缆", "cable"),
    "overhead": Words("架空", "overhead"),
    "mixed": Words("混合", "mixed"),
    "": Words("未注明", "not stated"),
}

SQUARE_FROM_KV: Final = 200.0
"""Substations from this voltage on are squares, lower ones circles."""

FEEDER_WIDTHS_PX: Final = ((15.0, 2.5), (0.0, 1.5))
"""Nominal kV from which a feeder is drawn this wide, highest first; between 10 and 20 kV lies 15."""

MAX_STATION_ENTRIES: Final = 6
FEW_STATIONS: Final = 20
ROAD_LABELS: Final = 22


NEAR_ALPHA: Final = 0.34
FAR_ALPHA: Final = 0.16
FAR_DASH: Final = "6 4"
"""The wash over the nearest reach and over those beyond it, and the dash of the latter's edge."""


def style_json() -> str:
    """Return the table as JSON, as the browser's scripts read it; safe inside a script element."""
    table = {
        "colours": {"paper": PAPER, "water": WATER, "green": GREEN, "route": ROUTE, "shade": SHADE,
                    "railway": RAILWAY},
        "classes": {key: asdict(look) for key, look in CLASSES.items()},
        "statuses": {key: asdict(look) for key, look in STATUSES.items()},
        "roads": {key: asdict(road) for key, road in ROADS.items()},
        "feeder_widths_px": FEEDER_WIDTHS_PX,
        "square_from_kv": SQUARE_FROM_KV,
        "wash": {"near": NEAR_ALPHA, "far": FAR_ALPHA, "dash": FAR_DASH},
    }  # fmt: skip
    return json.dumps(table, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def style_css() -> str:
    """Return the colours as CSS custom properties: ``--class-filing``, ``--status-open``, ``--water`` ..."""
    pairs = {"paper": PAPER, "water": WATER, "green": GREEN, "route": ROUTE, "shade": SHADE}
    for kind, table in (("class", CLASSES), ("status", STATUSES)):
        for key, look in table.items():
            pairs[f"{kind}-{key}"] = look.ink
            pairs[f"{kind}-{key}-fill"] = look.fill
            pairs[f"{kind}-{key}-badge"] = look.badge
    return ":root{" + "".join(f"--{name.replace('_', '-')}:{colour};" for name, colour in pairs.items()) + "}"
