"""What is open to everyone, as data (开放数据集): tables, columns and filters that may be asked for.

There are no others. A collection is added by a row in ``COLLECTIONS``: pages, paging, filters and the
description follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gis.capacity.words import LEVEL_WORDS, Status
from gis.editions.columns import PARCELS, PUBLISHED, ZONES, Column
from gis.editions.metadata import SCREENED_WORDS


@dataclass(frozen=True, slots=True)
class Collection:
    """One table that everyone may read.

    Attributes
    ----------
    name
        In the address.
    zh, en
        Title.
    about_zh, about_en
        What its rows are.
    schema, table
        Where it stands; the public role may read it.
    key
        Column of ids, text, unique (within an edition, where it has editions); an index begins with it.
    columns
        All that leaves, in order, the key and the place too.
    place
        Column of the geometry, EPSG:4326.
    day
        Column that ``datetime`` asks for; None where it has none.
    filters
        Column -> words it may be asked for; none where any text may be.
    editions
        Whether it has an ``edition_id`` and the newest edition is meant.
    """

    name: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    schema: str
    table: str
    key: str
    columns: tuple[Column, ...]
    place: str
    day: str | None
    filters: Mapping[str, tuple[str, ...]]
    editions: bool

    @property
    def properties(self) -> tuple[Column, ...]:
        """All columns but the place."""
        return tuple(each for each in self.columns if each.name != self.place)


CAPACITY: Final = Collection(
    name="capacity",
    zh="可开放容量",
    en="Open capacity",
    about_zh="最新一期公开的可开放容量，每个设备一行；位置为所在网格，不是设备坐标",
    about_en="Open capacity as of the newest edition, one row for each asset; the place is a cell of a grid,"
    " never the asset's position",
    schema="disclosure",
    table="published",
    key="asset_id",
    columns=PUBLISHED,
    place="geometry",
    day="data_date",
    filters=MappingProxyType(
        {
            "status": tuple(Status),
            "level": tuple(LEVEL_WORDS),
            "bottleneck_level": tuple(LEVEL_WORDS),
            "asset_id": (),
            "name": (),
            "substation": (),
        }
    ),
    editions=True,
)
"""The published figures."""

SCREENED_PARCELS: Final = Collection(
    name="parcels",
    zh="地块分类",
    en="Parcels by class",
    about_zh="最新一期公开的地块分类：能否开门接电，未通过的检验，办理方式；不含设备、接入点与申报负荷",
    about_en="Parcels as the newest edition classes them: how each can be connected, the test that failed,"
    " the procedure; no asset, no access point and no load that a customer states",
    schema="disclosure",
    table="parcels",
    key="parcel_id",
    columns=PARCELS,
    place="geometry",
    day=None,
    filters=MappingProxyType(
        {
            "class": tuple(SCREENED_WORDS["class"]),
            "procedure": tuple(SCREENED_WORDS["procedure"]),
            "jurisdiction": (),
            "parcel_id": (),
            "name": (),
            "land_use": (),
        }
    ),
    editions=True,
)
"""The published classes of parcels; empty where the newest edition holds no screening."""

SCREENED_ZONES: Final = Collection(
    name="zones",
    zh="可达分区",
    en="Zones",
    about_zh="最新一期公开的可达分区：给定负荷在路径长度以内可到达有足够容量的接入点的范围",
    about_en="Zones of the newest edition: from where a load reaches an access point with enough open"
    " capacity within a length of route",
    schema="disclosure",
    table="zones",
    key="zone_id",
    columns=ZONES,
    place="geometry",
    day=None,
    filters=MappingProxyType({"class": tuple(SCREENED_WORDS["class"])}),
    editions=True,
)
"""The published zones; empty where the newest edition holds no screening."""

COLLECTIONS: Final[Mapping[str, Collection]] = MappingProxyType(
    {each.name: each for each in (CAPACITY, SCREENED_PARCELS, SCREENED_ZONES)}
)
"""Every collection by its name."""
