"""The zone map and the tables of a screening as files (分区导出), made with the tier of who asks.

The public gets what an edition published, and what is made of its frozen rows; planners get the stored
screening itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

from api.caching import etag
from api.made_files import MadeFile, making
from api.operations.downloads import MEDIA, Download, download, stored_file
from api.operations.edition_exports import EditionExport
from api.operations.export_files import TIMEOUT_MS, Source, export_file
from api.operations.run_exports import RunExport
from api.problem_words import no_screening
from api.service import Service
from api.tiers import Tier
from gis.claims.rules import is_text
from gis.editions.header import Edition
from gis.words import Language, Words
from layers.editions.store import read_editions
from layers.queries.reading import reading_together
from layers.queries.runs import find_run

Format = Literal["html", "pdf", "png", "svg", "csv", "gpkg", "parquet", "geojson"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)

EXPORT_MEDIA: Final[Mapping[Format, str]] = MappingProxyType(
    {each: MEDIA.get(f".{each}", "image/svg+xml") for each in FORMATS}
)
"""Format -> media type."""

TEXTS: Final[tuple[Format, ...]] = ("html", "svg", "csv", "geojson")
"""Formats that packing makes smaller."""

_TABLES: Final = ("csv", "geojson", "parquet")
_MAPS: Final = ("html", "pdf", "png")
_PUBLISHED_IN: Final[Language] = "zh"
"""Language of the maps in the folder of an edition."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which file of which screening is asked for, by whom.

    Attributes
    ----------
    run
        Id of the screening; None for the newest one, for the public the one of the newest edition.
    format
        Of the file.
    language
        Of the words of a map; a table has the names and words that machines read.
    tier
        Of who asks.
    packed
        Whether a file that is made takes less room on the way (gzip).
    """

    run: str | None
    format: Format
    language: Language
    tier: Tier
    packed: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What an export is made from.

    Attributes
    ----------
    id
        Of the edition or the screening: it names the file.
    tag
        Entity tag of the file in the present state of the data.
    source
        What it is made from: a file of the edition that is there already, or what makes one.
    """

    id: str
    tag: str
    source: Download | Source


def find_export(service: Service, wanted: Wanted) -> Found | Words:
    """Return what an export is made from, or why there is none.

    Raises
    ------
    KaimenError
        A file of the edition is missing and cannot be made anew.
    """
    if wanted.run is not None and not is_text(wanted.run):
        return no_screening(wanted.run)
    return _published(service, wanted) if wanted.tier is Tier.PUBLIC else _stored(service, wanted)


def _stored(service: Service, wanted: Wanted) -> Found | Words:
    with reading_together(service.private, TIMEOUT_MS) as connection:
        run = find_run(connection, wanted.run)
        if run is None:
            return no_screening(wanted.run)
        number = service.settings.map_number
        source = RunExport(run.id, f".{wanted.format}", wanted.language, number, wanted.packed)
        return Found(run.id, etag(*source.state(connection)), source)


def _published(service: Service, wanted: Wanted) -> Found | Words:
    with service.public.connect() as connection:
        known = [each.edition for each in read_editions(connection)]
    if not known:
        return Words(
            "还没有公开期次：公众可下载的是公开期次中的分区图",
            "nothing is published yet: what the public may download is the zone map of an edition",
        )
    if wanted.run is None:
        edition = known[-1] if "screening" in known[-1].facts else None
        if edition is None:
            return Words(
                f"公开期次 {known[-1].id} 不含筛查，没有分区图可下载",
                f"edition {known[-1].id} holds no screening, and so no zone map to download",
            )
    else:
        held = [each for each in known if each.facts.get("screening", {}).get("run_id") == wanted.run]
        if not held:
            return Words(
                f"筛查 {wanted.run!r} 未公开；公众可下载公开期次中的筛查，其余须出示规划或运营令牌",
                f"the screening {wanted.run!r} is not published: the public may download those of editions,"
                " a planner's token opens the others",
            )
        edition = held[-1]
    file = _file(service, edition, wanted)
    if file is not None:
        return Found(edition.id, f'"{file.sha256}"', file)
    number = service.settings.map_number
    source = EditionExport(edition, f".{wanted.format}", wanted.language, number, wanted.packed)
    with reading_together(service.public, TIMEOUT_MS) as connection:
        return Found(edition.id, etag(*source.state(connection)), source)


def _file(service: Service, edition: Edition, wanted: Wanted) -> Download | None:
    """Return the file of the edition's folder that is what is asked for; None where there is none."""
    if wanted.format in _TABLES:
        return download(service, edition, f"parcels.{wanted.format}")
    if wanted.format in _MAPS and wanted.language == _PUBLISHED_IN:
        return stored_file(service, edition, f"zone-map.{wanted.format}")
    return None


def kept_export(service: Service, tag: str) -> MadeFile | None:
    """Return a file that was made already; None where it was not."""
    kept: MadeFile | None = service.files.peek(tag)
    return kept


def make_export(service: Service, tag: str, source: Source) -> tuple[str, MadeFile]:
    """Return a file and its entity tag, of one state of the data; it takes seconds for a city.

    Parameters
    ----------
    service
        Has it made in the process that draws, and keeps it.
    tag
        Entity tag of the file when it was asked for; the data may be newer by now.
    source
        What it is made from.

    Raises
    ------
    StorageError
        There is no room for it.
    KaimenError
        It cannot be written.
    """
    kept = kept_export(service, tag)
    if kept is not None:
        return tag, kept
    with making(service.home) as folder:
        state, path = service.beside(export_file, source, folder)
        made = MadeFile.taken(path)
    tag = etag(*state)
    return tag, service.files.get(tag, lambda: made)
