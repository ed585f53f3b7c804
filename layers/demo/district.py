"""The whole demo district: ground, land, grid and records, built once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from layers.demo.claims import Claim, claims, pending_kva
from layers.demo.devices import AccessPoint, Transformer, access_points, transformers
from layers.demo.feeders import Feeder, feeders
from layers.demo.land import Land, land
from layers.demo.readings import (
    FeederReading,
    PowerReading,
    TransformerReading,
    feeder_readings,
    power_readings,
    transformer_readings,
)
from layers.demo.routes import ways
from layers.demo.streets import Place, place

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class District:
    """Everything the files of the demo district are written from."""

    place: Place
    land: Land
    feeders: tuple[Feeder, ...]
    access_points: tuple[AccessPoint, ...]
    transformers: tuple[Transformer, ...]
    claims: tuple[Claim, ...]
    feeder_readings: tuple[FeederReading, ...]
    main_transformer_readings: tuple[PowerReading, ...]
    substation_readings: tuple[PowerReading, ...]
    transformer_readings: tuple[TransformerReading, ...]


def district(progress: Progress) -> District:
    """Return the demo district; it is the same at every call."""
    progress("laying out the streets of 芦汀")
    ground = place()
    progress("dividing the land")
    parcels = land(ground)
    progress("stringing the feeders")
    lines = feeders(parcels, ways(ground))
    points = access_points(lines, ground)
    boxes = transformers(lines, parcels, ground)
    progress("taking the readings")
    applications = claims(lines, boxes, parcels)
    mains, stations = power_readings()
    return District(
        place=ground,
        land=parcels,
        feeders=lines,
        access_points=points,
        transformers=boxes,
        claims=applications,
        feeder_readings=feeder_readings(lines, pending_kva(applications)),
        main_transformer_readings=mains,
        substation_readings=stations,
        transformer_readings=transformer_readings(boxes),
    )
