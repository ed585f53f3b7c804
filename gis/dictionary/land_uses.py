"""Words of land use (用地性质): what the letters of codes and the values of OpenStreetMap are called."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gis.words import Words

LETTERS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "R": Words("居住用地", "residential"),
        "A": Words("公共服务用地", "public services"),
        "B": Words("商业服务用地", "commercial"),
        "M": Words("工业用地", "industrial"),
        "W": Words("物流仓储用地", "logistics"),
        "S": Words("交通用地", "transport"),
        "U": Words("公用设施用地", "utilities"),
        "G": Words("绿地", "green"),
        "H": Words("村庄建设用地", "village"),
    }
)
"""First letters of the codes of GB 50137-2011."""

OSM_USES: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "allotments": Words("市民农园", "allotments"),
        "brownfield": Words("棕地（待再开发）", "brownfield"),
        "cemetery": Words("墓地", "cemetery"),
        "civic_admin": Words("行政办公用地", "civic administration"),
        "commercial": Words("商务办公用地", "commercial"),
        "construction": Words("在建用地", "under construction"),
        "depot": Words("车场用地", "depot"),
        "education": Words("教育用地", "education"),
        "fairground": Words("会展用地", "fairground"),
        "farmland": Words("耕地", "farmland"),
        "farmyard": Words("农家院落", "farmyard"),
        "forest": Words("林地", "forest"),
        "garages": Words("车库用地", "garages"),
        "grass": Words("草地", "grass"),
        "greenfield": Words("待开发用地", "greenfield"),
        "healthcare": Words("医疗卫生用地", "healthcare"),
        "industrial": Words("工业用地", "industrial"),
        "institutional": Words("机构用地", "institutional"),
        "landfill": Words("垃圾填埋场", "landfill"),
        "logistics": Words("物流用地", "logistics"),
        "meadow": Words("牧草地", "meadow"),
        "military": Words("军事用地", "military"),
        "orchard": Words("果园", "orchard"),
        "port": Words("港口用地", "port"),
        "quarry": Words("采石场", "quarry"),
        "railway": Words("铁路用地", "railway"),
        "recreation_ground": Words("休闲活动场地", "recreation ground"),
        "religious": Words("宗教用地", "religious"),
        "residential": Words("居住用地", "residential"),
        "retail": Words("零售商业用地", "retail"),
        "village_green": Words("村庄公共绿地", "village green"),
        "vineyard": Words("葡萄园", "vineyard"),
        "warehouse": Words("仓储用地", "warehouse"),
    }
)
"""Values of OpenStreetMap's ``landuse`` that parcels have."""
