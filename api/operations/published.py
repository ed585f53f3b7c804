"""What is published, asked for: the newest edition, pages of its rows, one asset, tiles."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from api.cursors import Cursor
from api.service import Service
from gis.capacity.words import Language
from gis.claims.rules import is_text
from gis.editions.explained import explanation, words_of
from gis.editions.header import next_due
from gis.editions.metadata import WORDS
from gis.errors import InputError
from gis.words import Words
from layers.queries.collections import Collection
from layers.queries.published import (
    Extent,
    Heading,
    Newest,
    Page,
    Shape,
    Told,
    Wanted,
    newest_edition,
    read_assets,
    read_extent,
    read_heading,
    read_page,
)
from layers.queries.published_search import Finder, read_finder
from layers.queries.tiles import Tile, capacity_tile


@dataclass(frozen=True, slots=True)
class Answered:
    """A page and where the next one begins; ``cursor`` is None on the last page."""

    heading: Heading | None
    page: Page
    cursor: str | None


def newest(service: Service) -> Newest | None:
    """Return the newest edition; None while there is none."""
    return newest_edition(service.public)


def kept_heading(service: Service, edition: str) -> Heading | None:
    """Return what is said of an edition that was asked for already; None where it was not."""
    kept: tuple[Heading] | None = service.kept.peek(("heading", edition))
    return None if kept is None else kept[0]


def heading_of(service: Service, edition: str) -> Heading | None:
    """Return what is said of an edition; None where there is none of that id."""
    if not is_text(edition):
        return None
    kept = kept_heading(service, edition)
    if kept is not None:
        return kept
    found = read_heading(service.public, edition)
    if found is not None:  # what is not there may be published later
        service.kept.get(("heading", edition), lambda: (found,))
    return found


def heading_as_json(heading: Heading | None) -> dict[str, Any] | None:
    """Return what is said of an edition as the interface prints it."""
    if heading is None:
        return None
    return {
        "edition_id": heading.id,
        "as_of": heading.as_of.isoformat(),
        "created_at": heading.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "sha256": heading.sha256,
        "rows": heading.rows,
        "bands_kva": list(heading.bands_kva),
        "cadence": heading.cadence,
        "next_due": next_due(heading.as_of, heading.cadence).isoformat(),
    }


def edition_meant(service: Service, cursor: Cursor | None) -> Newest | None:
    """Return the edition that a page is of: the cursor's, else the newest.

    Raises
    ------
    InputError
        The cursor names an edition that does not exist.
    """
    if cursor is None:
        return newest(service)
    heading = heading_of(service, cursor.edition)
    if heading is None:
        raise InputError(
            Words("分页游标所属的期次不存在", "the cursor is of an edition that does not exist"),
            repair=Words("请不带游标从头开始", "begin again without a cursor"),
        )
    return Newest(heading.id, heading.sha256, heading.rows)


def page_of(
    service: Service,
    collection: Collection,
    edition: Newest | None,
    wanted: Wanted,
    *,
    cursor: Cursor | None,
    limit: int,
    shape: Shape,
) -> Answered:
    """Return a page of a collection; an empty one while there is no edition."""
    if not all(map(is_text, wanted.equal.values())) or (collection.editions and edition is None):
        return Answered(None, Page((), None), None)
    of = edition.id if edition is not None and collection.editions else None
    page = read_page(
        service.public,
        collection,
        of,
        wanted,
        after=cursor.after if cursor else None,
        limit=limit,
        shape=shape,
    )
    heading = heading_of(service, of) if of else None
    onward = None if page.last is None else Cursor(of or "", page.last).written()
    return Answered(heading, page, onward)


def found_by(service: Service, edition: Newest | None, words: str | None) -> list[str] | None:
    """Return the ids of the assets that words find, in order; None where the words narrow nothing."""
    if edition is None or not words:
        return None
    finder: Finder = service.kept.get(
        ("finder", edition.sha256), lambda: read_finder(service.public, edition.id)
    )
    return finder.find(words)


def assets_of(service: Service, assets: Iterable[str]) -> dict[str, Told]:
    """Return what the newest edition tells of assets, each by its id."""
    wanted = set(assets)
    edition, bodies = read_assets(service.public, sorted(filter(is_text, wanted)))
    heading = heading_of(service, edition.id) if edition else None
    return {each: Told(edition, heading, bodies.get(each)) for each in wanted}


async def told_now(service: Service, asset: str = "") -> Told:
    """Return what the newest edition tells of an asset; of none, which edition that is."""
    return await service.asked.of(asset, partial(assets_of, service))


def with_words(body: str, language: Language) -> dict[str, Any]:
    """Return a row with what its words mean."""
    row: dict[str, Any] = json.loads(body)
    return row | {"words": words_of(row, language)}


def worded(body: str, language: Language) -> str:
    """Return a row with what its words mean, as JSON; what the database wrote is not written anew."""
    row = json.loads(body)
    return f'{body[:-1]},"words":{_words(tuple(row[each] for each in WORDS), language)}}}'


@lru_cache(maxsize=4_096)
def _words(values: tuple[str | None, ...], language: Language) -> str:
    words = words_of(dict(zip(WORDS, values, strict=True)), language)
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"))


def explained_row(heading: Heading | None, body: str, language: Language) -> dict[str, Any]:
    """Return a row of an edition with what its words mean, and sentences that explain it."""
    row = with_words(body, language)
    banded = heading is not None and bool(heading.bands_kva)
    return row | {"explanation": explanation(row, language, banded=banded)}


def row_of(
    service: Service, collection: Collection, key: str, shape: Shape
) -> tuple[Newest | None, str | None]:
    """Return the newest edition and the row of a key, None where there is none."""
    edition = newest(service) if collection.editions else None
    if not is_text(key) or (collection.editions and edition is None):
        return edition, None
    page = read_page(
        service.public,
        collection,
        edition.id if edition else None,
        Wanted(ids=(key,)),
        after=None,
        limit=1,
        shape=shape,
    )
    return edition, page.rows[0] if page.rows else None


def kept_tile(service: Service, layer: str, tile: Tile, version: str) -> bytes | None:
    """Return a tile that was made already; None where it was not."""
    kept: bytes | None = service.kept.peek(("tile", layer, version, tile))
    return kept


def tile_of(service: Service, layer: str, tile: Tile, edition: Newest) -> bytes:
    """Return a tile, empty where nothing lies in it; two who ask at once have it made once."""
    key = ("tile", layer, edition.sha256, tile)
    return service.kept.get(key, lambda: capacity_tile(service.public, layer, tile, edition.id))


def extent_of(service: Service, collection: Collection) -> Extent:
    """Return where and when the rows of a collection are, of its newest edition where it has editions."""
    if not collection.editions:
        return read_extent(service.public, collection, None)
    edition = newest(service)
    if edition is None:
        return Extent(None, None)
    key = ("extent", collection.name, edition.sha256)
    [found] = service.kept.get(key, lambda: (read_extent(service.public, collection, edition.id),))
    return found
