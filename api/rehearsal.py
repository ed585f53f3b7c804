"""The first questions, asked before anybody does (预热).

What all answers stand on is laid out as the service starts, and anew when its data have changed; the first
who asks need not wait for it.
"""

from __future__ import annotations

import fcntl
import logging
import math
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from time import sleep
from typing import Final, get_args

from sqlalchemy.exc import SQLAlchemyError

from api.operations.connection import Connection, reply
from api.operations.front import bounds, front, screenings
from api.operations.map_content import map_content
from api.operations.published import newest, tile_of
from api.operations.siting import GROUND_LAYERS, Place
from api.operations.tiles import Wanted, state_of, working_tile_of
from api.service import Service
from api.tiers import Tier
from gis.bbox import Box
from gis.errors import KaimenError
from gis.siting.question import DEFAULT_K, DEFAULT_LIMIT_M
from gis.words import Language
from layers.queries.tiles import Tile, share_of_map
from layers.queries.versions import data_version
from layers.queries.working_tiles import DEEPEST, PUBLIC_LAYERS
from maps.map_page import map_page_html
from maps.page_frame import PageFrame

LOOK_S: Final = 5.0
"""How often it is looked whether the data have changed."""

LOADS_KVA: Final = (1.0, 500.0)
"""For low and for medium voltage: each has supply points and routes of its own."""

PARCELS: Final = 16
"""How many parcels are asked for at most until one has an option."""

SCREEN_TILES: Final = (1_400 / 512, 900 / 512)
"""Tiles across and up a screen: the page draws them 512 px wide."""

_LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
_CAPACITY: Final = "capacity"
_OF_RUN: Final = ("zones", "parcels")

_Part = Callable[[Service], None]

_log = logging.getLogger("kaimen.faults")


def begin_to_rehearse(service: Service) -> None:
    """Rehearse on a thread, beside requests that come meanwhile, now and whenever the data have changed."""
    threading.Thread(target=_rehearse_on, args=(service,), name="rehearsal", daemon=True).start()


def _rehearse_on(service: Service) -> None:
    rehearsal = Rehearsal(service)
    while True:
        rehearsal.look()
        sleep(LOOK_S)


class Rehearsal:
    """Asks for what the public asks, once for each state of what it is answered from.

    Parameters
    ----------
    service
        Asks itself.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._done: dict[_Part, object] = {}
        self._away = False

    def look(self) -> None:
        """Rehearse what is answered from another state than the last time."""
        try:
            self._look()
        except Exception as fault:  # noqa: BLE001  # nobody has asked, so no request fails of it
            if not self._away:  # told once, until it is over
                _log.warning("it cannot be seen whether the data have changed: %s", _why(fault))
            self._away = True
        else:
            self._away = False

    def _look(self) -> None:
        service = self._service
        edition = newest(service)
        published = edition and edition.sha256
        states = (state_of(service, each, PUBLIC_LAYERS[each.layer]) for each in _layers(service))
        shown = tuple(each and each.v for each in states)
        data = data_version(service.private, GROUND_LAYERS)
        self._rehearse(_page, lambda: (published, shown))
        self._rehearse(_answers, lambda: (published, data, service.office.version))

    def _rehearse(self, part: _Part, state: Callable[[], object]) -> None:
        """Ask for a part whose state is another; where it cannot be answered, who asks next is told why."""
        service = self._service
        if part in self._done and self._done[part] == state():
            return
        try:
            with _turn(service) if part in self._done else nullcontext():
                part(service)
        except (KaimenError, SQLAlchemyError) as fault:
            _log.info("the first question will have to wait: %s", _why(fault))
        except Exception:  # noqa: BLE001  # nobody has asked: it fails no request, and what follows is rehearsed
            _log.exception("the first question will have to wait")
        self._done[part] = state()


@contextmanager
def _turn(service: Service) -> Iterator[None]:
    """Let the processes that serve rehearse one after the other: meanwhile the others answer as ever."""
    if service.figures is None:
        yield
        return
    shared = os.open(service.figures, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(shared, fcntl.LOCK_EX)
        yield
    finally:
        os.close(shared)


def _why(fault: Exception) -> str:
    return fault.detail if isinstance(fault, KaimenError) else type(fault).__name__


def _page(service: Service) -> None:
    """Make the map page, and the tiles that it begins with: squares of the whole town take longest."""
    shown = front(service)
    for language in _LANGUAGES:
        content = map_content(service, Tier.PUBLIC, language, None)
        frame = PageFrame(language, "", "map", "", shown.heading, shown.disclaimer)
        if content is not None:
            map_page_html(content, frame)
    edition, held = newest(service), bounds(service)
    if edition is None or held is None:
        return
    layers = _layers(service)
    for tile in whole_tiles(Box(*held)):
        tile_of(service, _CAPACITY, tile, edition)
        for each in layers:
            working_tile_of(service, each, PUBLIC_LAYERS[each.layer], tile)


def _layers(service: Service) -> list[Wanted]:
    """Return the layers that the page begins with, beside what is published."""
    runs = screenings(service, None) or []
    return [
        Wanted("base", Tier.PUBLIC),
        *(Wanted(each, Tier.PUBLIC, runs[0]["run"]) for each in _OF_RUN if runs),
    ]


def whole_tiles(box: Box) -> list[Tile]:
    """Return the tiles that a page which begins with the whole of a box asks for.

    Those of the deepest zoom at which it fits on a screen, and for smaller screens those of the next one out.
    """
    west, north = share_of_map(box.west, box.north)
    east, south = share_of_map(box.east, box.south)
    across, up = (max(each, 1e-9) for each in (east - west, south - north))
    deepest = int(min(math.log2(SCREEN_TILES[0] / across), math.log2(SCREEN_TILES[1] / up), DEEPEST))
    return [
        Tile(zoom, column, row)
        for zoom in (deepest, deepest - 1)
        if zoom >= 0
        for column in range(int(west * 2**zoom), min(int(east * 2**zoom) + 1, 2**zoom))
        for row in range(int(north * 2**zoom), min(int(south * 2**zoom) + 1, 2**zoom))
    ]


def _answers(service: Service) -> None:
    """Ask for parcels until one has an option, of the newest data: while they are made ready it is left."""
    ground = service.office.ground()
    if ground.version != data_version(service.private, GROUND_LAYERS):
        return
    ids = ground.parcels.ids[ground.shown(public=True)].tolist()
    _ = ground.parcel_tree, ground.parcel_texts
    for load_kva in LOADS_KVA:
        for each in ids[:: len(ids) // PARCELS + 1]:
            if reply(service, Tier.PUBLIC, _question(each, load_kva)).as_json("zh")["options"]:
                break


def _question(parcel: str, load_kva: float) -> Connection:
    return Connection(
        Place(parcel=parcel),
        load_kva=load_kva,
        load_kw=None,
        power_factor=None,
        on=None,
        k=DEFAULT_K,
        limit_m=DEFAULT_LIMIT_M,
        supplies=None,
        jurisdiction=None,
        facts={},
    )
