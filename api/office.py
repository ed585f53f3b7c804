"""What the web service assesses from (评估台): the newest data, kept ready; a newer state takes its place."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from api.operations.corridors import BuildWatch
from api.operations.siting import GROUND_LAYERS, Ground, ground, live_desk
from gis.errors import KaimenError
from gis.siting.assess import Desk
from layers.queries.versions import DataVersion, data_version

CALM_S: Final = 1.0
"""How long data count as unchanged after they were looked at."""

PAUSE_S: Final = 10.0
"""How long after newer data could not be made ready it is left at that."""

_log = logging.getLogger("kaimen.faults")

_MOST_DESKS: Final = 16
_QUIET: Final = BuildWatch(lambda _: None, lambda: None)


class Office:
    """Keeps the ground of the newest data, and desks over it; threads share it.

    The first question waits for the ground. Once there is one, a newer state is prepared beside it, and
    questions are answered from the older one meanwhile.

    Parameters
    ----------
    engine
        Connections that see the whole database.
    home
        Folder of generated files.
    """

    def __init__(self, engine: Engine, home: Path) -> None:
        self._engine = engine
        self._home = home
        self._ground: Ground | None = None
        self._looked = 0.0
        self._building = threading.Lock()
        self._lock = threading.Lock()
        self._desks: OrderedDict[tuple[DataVersion, object], Desk] = OrderedDict()

    def ground(self) -> Ground:
        """Return the ground; the first call builds it.

        Raises
        ------
        KaimenError
            There is nothing to stand on yet, or the database cannot be reached.
        """
        held = self._ground
        if held is None:
            with self._building:
                if self._ground is None:
                    self._ground = ground(self._engine, self._home, _QUIET)
                    self._looked = monotonic()
                return self._ground
        if monotonic() - self._looked > CALM_S:
            self._looked = monotonic()
            if data_version(self._engine, GROUND_LAYERS) != held.version:
                self._begin_to_renew(held)
        return held

    @property
    def version(self) -> DataVersion | None:
        """State of the data that questions are answered from; None before the first."""
        return None if self._ground is None else self._ground.version

    def _begin_to_renew(self, before: Ground) -> None:
        """Have newer data prepared by a thread, unless one is at it or has just ended."""
        if self._building.acquire(blocking=False):
            if self._ground is before:
                threading.Thread(target=self._renew, args=(before,), daemon=True).start()
            else:
                self._building.release()

    def _renew(self, before: Ground) -> None:
        """Prepare the ground of newer data, then put it in the place of the older one."""
        try:
            fresh = ground(self._engine, self._home, _QUIET, before=before)
            fresh.parcels  # noqa: B018  # made now, so that the next question need not wait for it
            self._ground = fresh
        except (KaimenError, OperationalError) as fault:  # no fault of ours to trace
            why = fault.detail if isinstance(fault, KaimenError) else type(fault).__name__
            _log.error("newer data cannot be made ready, the older answers: %s", why)
            self._looked = monotonic() + PAUSE_S
        except Exception:  # noqa: BLE001  # a thread that dies would be tried anew with every request
            _log.exception("newer data cannot be made ready, the older answers")
            self._looked = monotonic() + PAUSE_S
        finally:
            self._building.release()

    def desk(self, held: Ground, on: date) -> Desk:
        """Return the desk with live figures of a day."""
        return self._kept((held.version, on), lambda: live_desk(held, on))

    def edition_desk(self, held: Ground, edition_id: str, make: Callable[[], Desk]) -> Desk:
        """Return the desk with the figures of an edition, which ``make`` makes where it is not kept."""
        return self._kept((held.version, edition_id), make)

    def _kept(self, key: tuple[DataVersion, object], make: Callable[[], Desk]) -> Desk:
        with self._lock:
            if key in self._desks:
                self._desks.move_to_end(key)
                return self._desks[key]
        made = make()
        with self._lock:
            self._desks[key] = made
            while len(self._desks) > _MOST_DESKS:
                self._desks.popitem(last=False)
        return made
