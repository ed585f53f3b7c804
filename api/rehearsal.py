"""The first questions, asked before anybody does (预热).

What all answers stand on is laid out as the service starts; the first who asks need not wait for it.
"""

from __future__ import annotations

import logging
import threading
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from api.operations.connection import Connection, reply
from api.operations.siting import Place
from api.service import Service
from api.tiers import Tier
from gis.errors import KaimenError
from gis.siting.question import DEFAULT_K, DEFAULT_LIMIT_M

LOADS_KVA: Final = (1.0, 500.0)
"""For low and for medium voltage: each has supply points and routes of its own."""

PARCELS: Final = 16
"""How many parcels are asked for at most until one has an option."""

_log = logging.getLogger("kaimen.faults")


def begin_to_rehearse(service: Service) -> None:
    """Rehearse on a thread, beside requests that come meanwhile."""
    threading.Thread(target=rehearse, args=(service,), daemon=True).start()


def rehearse(service: Service) -> None:
    """Ask for parcels as the public does; where that cannot be answered, who asks next is told why."""
    try:
        ground = service.office.ground()
        ids = ground.parcels.ids.tolist()
        _ = ground.parcel_tree, ground.parcel_texts
        for load_kva in LOADS_KVA:
            for each in ids[:: len(ids) // PARCELS + 1]:
                if reply(service, Tier.PUBLIC, _question(each, load_kva)).as_json("zh")["options"]:
                    break
    except (KaimenError, SQLAlchemyError) as fault:
        why = fault.detail if isinstance(fault, KaimenError) else type(fault).__name__
        _log.info("the first question will have to wait: %s", why)


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
