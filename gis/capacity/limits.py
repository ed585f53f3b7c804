"""What an asset may be loaded to (限额): N-1 at the substation, a share of the rating below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.capacity.assets import Assets
from gis.capacity.parameters import CapacityParameters
from gis.capacity.readings import Readings, in_kva
from gis.capacity.words import LimitKind
from gis.network.columns import Floats, Rows

KINDS: Final = tuple(LimitKind)
"""Kinds of limits; an asset's code is the position here."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limit of every asset and what it was worked out from.

    Attributes
    ----------
    limit_kva
        The limit, NaN where it is not known, shape (n,).
    kind
        Position in ``KINDS``, shape (n,).
    rated_kva
        Rating before any share: of a substation the sum of its main transformers, of a feeder
        ``sqrt(3) U I``; NaN where it is not known, shape (n,).
    share
        What the rating was multiplied by; NaN where no share applies, shape (n,).
    amps
        Current that a feeder's limit comes from; NaN for other limits, shape (n,).
    transformers
        Number of main transformers of a substation, shape (n,).
    largest_kva
        Rating of the substation's largest main transformer; NaN where it is not known, shape (n,).
    transfer_kva
        What a substation's neighbours take over after a fault, shape (n,).
    """

    limit_kva: Floats
    kind: NDArray[np.int8]
    rated_kva: Floats
    share: Floats
    amps: Floats
    transformers: Rows
    largest_kva: Floats
    transfer_kva: Floats


def limits(assets: Assets, readings: Readings, parameters: CapacityParameters) -> Limits:
    """Return the limit of every asset.

    A limit stated in kVA is final at every level. Else a substation has that of its main transformers
    with the worst of them out of service; only where they are not known, a share of the rated capacity
    it states itself. A feeder has its N-1 share, or the usual one, of its rated current or, if that is
    less, of its rated capacity; a transformer of its rated capacity.
    """
    read, stated = readings.of("rated_kva"), readings.of("limit_kva")
    rated = np.where(np.isnan(read), assets.rated_kva, read)
    kind = np.full(len(rated), KINDS.index(LimitKind.RATED), dtype=np.int8)
    share = _shares(assets, parameters)
    amps = np.full(len(rated), np.nan)
    feeder = assets.is_level("feeder")
    by_amps = np.where(feeder, in_kva(readings.of("limit_a"), assets.voltage_kv), np.nan)
    weaker = np.isfinite(by_amps) & ~(rated < by_amps)
    rated[weaker], amps[weaker] = by_amps[weaker], readings.of("limit_a")[weaker]
    kind[weaker] = KINDS.index(LimitKind.CURRENT)
    limit = share * rated
    count, largest, transfer = _stations(assets, rated, limit, kind, share, parameters)
    final = np.isfinite(stated)
    limit[final], kind[final] = stated[final], KINDS.index(LimitKind.STATED)
    kind[np.isnan(limit)] = KINDS.index(LimitKind.UNKNOWN)

    return Limits(limit, kind, rated, share, amps, count, largest, transfer)


def _shares(assets: Assets, parameters: CapacityParameters) -> Floats:
    """Return the share of the rating that may be used; NaN for an N-1 share that is none."""
    usual = (
        parameters.derate_substation,
        parameters.derate_main_transformer,
        parameters.derate_feeder,
        parameters.derate_transformer,
    )
    share = np.array(usual)[assets.level]
    own = np.where(assets.is_level("feeder"), assets.n1_share, np.nan)
    possible = (own > 0) & (own <= 1)
    return np.where(np.isnan(own), share, np.where(possible, own, np.nan))


def _stations(
    assets: Assets,
    rated: Floats,
    limit: Floats,
    kind: NDArray[np.int8],
    share: Floats,
    parameters: CapacityParameters,
) -> tuple[Rows, Floats, Floats]:
    """Put the N-1 limits of the substations in place: ``rho (sum - largest) + transfer``."""
    span, size = assets.rows("main_transformer"), len(rated)
    parent = assets.parent[span]
    there = parent >= 0
    count = np.bincount(parent[there], minlength=size)
    total = assets.total(rated, "main_transformer")
    largest = np.full(size, -np.inf)
    # An unknown rating leaves the total unknown, whatever stands for it here.
    np.maximum.at(largest, parent[there], np.nan_to_num(rated[span][there]))
    transfer = np.where(np.isnan(assets.transfer_kva), parameters.transfer_kva, assets.transfer_kva)
    station = assets.is_level("substation")
    known = station & (count > 0) & np.isfinite(total)
    single = known & (count == 1)
    firm = parameters.rho * (total - largest) + transfer
    if parameters.single_transformer == "rated":
        firm[single] = parameters.rho * total[single]
    limit[known], rated[known], share[known] = firm[known], total[known], np.nan
    kind[station] = KINDS.index(LimitKind.INSTALLED)
    kind[known] = KINDS.index(LimitKind.N_1)
    kind[single] = KINDS.index(LimitKind.SINGLE)
    return count, np.where(known, largest, np.nan), transfer
