"""Open capacity (可开放容量) of every asset of a grid on a day.

``own_before = limit - peak``; ``own_after = own_before - pending``; what is open is the least ``own_after``
of the asset and all its ancestors, and never below 0. Unknown is NaN and never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.capacity.assets import Assets, read_assets
from gis.capacity.claims import normal_sites, read_claims
from gis.capacity.limits import KINDS, Limits, limits
from gis.capacity.parameters import CapacityParameters
from gis.capacity.peaks import LABELS, Peaks, peaks, stale_on
from gis.capacity.pending import Added, Pending, pending
from gis.capacity.readings import Readings, read_readings
from gis.capacity.status import REASONS, STATUSES, Margins, evaluate
from gis.capacity.words import LEVELS, Gap, Label, LimitKind, Loading, Reason
from gis.errors import InputError
from gis.network.columns import Days, Flags, Floats, Objects, Rows
from gis.network.model import Grid
from gis.units import MOST_KVA
from gis.words import Words


@dataclass(frozen=True, slots=True)
class OpenCapacity:
    """What is open at every asset, row for row as ``assets``, and all that it was worked out from.

    Attributes
    ----------
    on
        The day asked.
    parameters
        The coefficients.
    assets
        The assets of all four levels, each level ordered by id, and the row each hangs on.
    readings
        The readings and which of them count.
    limits, peaks, pending
        What each asset may be loaded to, is loaded to, and is promised.
    gap
        ``Gap``: what is missing so that the figures at the asset and below it are upper bounds, shape (n,).
    left
        What is left, with status and reason.

    Notes
    -----
    Every property is an array of shape (n,). Codes are turned into words when they are asked for.
    """

    on: date
    parameters: CapacityParameters
    assets: Assets
    readings: Readings
    limits: Limits
    peaks: Peaks
    pending: Pending
    gap: NDArray[np.int8]
    left: Margins

    def __len__(self) -> int:
        return len(self.assets.ids)

    def row_of(self, asset_id: str) -> int:
        """Return the row of an asset; KeyError where there is none."""
        return int(self.assets.index[asset_id])

    @property
    def ids(self) -> Objects:
        """Id of each asset, None where it has none."""
        return self.assets.ids

    @property
    def level(self) -> Objects:
        """Level of each asset: substation, main_transformer, feeder or transformer."""
        return np.array(LEVELS, dtype=object)[self.assets.level]

    @property
    def parent(self) -> Rows:
        """Row of what each asset hangs on, -1 for none."""
        return self.assets.parent

    @property
    def rated_kva(self) -> Floats:
        """Rating before any share, NaN where it is not known."""
        return self.limits.rated_kva

    @property
    def limit_kva(self) -> Floats:
        """What each asset may be loaded to, NaN where it is not known."""
        return self.limits.limit_kva

    @property
    def limit_kind(self) -> Objects:
        """How the limit was got, as ``LimitKind``."""
        return np.array(KINDS, dtype=object)[self.limits.kind]

    @property
    def peak_kva(self) -> Floats:
        """Highest load, NaN where it is not known; that of a stale reading is kept."""
        return self.peaks.peak_kva

    @property
    def peak_label(self) -> Objects:
        """How sure the peak is, as ``Label``."""
        return np.array(LABELS, dtype=object)[self.peaks.label]

    @property
    def data_date(self) -> Days:
        """Day of the reading that gives the peak, NaT where it is not known."""
        return self.peaks.day

    @property
    def age_days(self) -> Floats:
        """Age of that reading on the day asked, NaN where it is not known."""
        age = (np.datetime64(self.on, "D") - self.peaks.day).astype(np.float64)
        return np.where(np.isnat(self.peaks.day), np.nan, age)

    @property
    def stale(self) -> Flags:
        """Whether the reading is too old."""
        return self.peaks.stale

    @property
    def pending_kva(self) -> Floats:
        """What is accepted and not yet energised at the asset and below it."""
        return self.pending.total_kva

    @property
    def own_before_kva(self) -> Floats:
        """Limit less peak; negative where overdrawn, NaN where unknown."""
        return self.left.own_before_kva

    @property
    def own_after_kva(self) -> Floats:
        """That less pending; negative where overdrawn, NaN where unknown."""
        return self.left.own_after_kva

    @property
    def effective_kva(self) -> Floats:
        """Open capacity; 0 where nothing is left, NaN where unknown."""
        return self.left.effective_kva

    @property
    def bottleneck(self) -> Rows:
        """Row whose margin is the least, -1 where unknown."""
        return self.left.bottleneck

    @property
    def status(self) -> Objects:
        """Status, as ``Status``."""
        return np.array(STATUSES, dtype=object)[self.left.status]

    @property
    def reason(self) -> Objects:
        """Why it has that status, as ``Reason``."""
        return np.array(REASONS, dtype=object)[self.left.reason]

    @property
    def upper_bound(self) -> Flags:
        """Whether figures are missing that could only lower the open capacity."""
        return self.left.upper_bound

    @property
    def loading_share(self) -> Floats:
        """Peak as a share of the rating, else of the stated limit; NaN where unknown or stale."""
        base = np.where(np.isnan(self.rated_kva), self.limit_kva, self.rated_kva)
        base = np.where(base > 0, base, np.nan)
        return np.where(self.stale, np.nan, self.peak_kva / base)

    @property
    def loading(self) -> Objects:
        """Word for the loading, as ``Loading`` (重载、过载)."""
        share, limits = self.loading_share, self.parameters
        steps = (share >= limits.heavy_share).astype(np.int8) + (share >= limits.overload_share)
        words = np.array([Loading.NORMAL, Loading.HEAVY, Loading.OVERLOADED, Loading.UNKNOWN], dtype=object)
        return np.asarray(words[np.where(np.isnan(share), 3, steps)], dtype=object)

    @property
    def published_kva(self) -> Floats:
        """The utility's own figure, NaN where it states none."""
        return self.readings.of("published_kva")

    @property
    def published_difference_kva(self) -> Floats:
        """The utility's own figure less ours, NaN where one of them is not known."""
        return self.published_kva - self.effective_kva

    @property
    def published_differs(self) -> Flags:
        """Whether that is more than the parameters allow."""
        difference = np.abs(self.published_difference_kva)
        larger = np.fmax(np.abs(self.published_kva), self.effective_kva)
        share = self.parameters.published_difference_share * larger
        return np.asarray((difference > share) & (difference > self.parameters.published_difference_kva))

    @property
    def disclosed_kva(self) -> Floats:
        """Figure that goes to the public, NaN where none is known.

        Ours; or, where the parameters say so, the utility's own where it states one that is not stale.
        """
        return np.where(self._discloses_published, np.maximum(0.0, self.published_kva), self.effective_kva)

    @property
    def disclosed_label(self) -> Objects:
        """How sure that figure is, as ``Label``."""
        ours = np.where(np.isnan(self.effective_kva), LABELS.index(Label.UNKNOWN), self.peaks.label)
        codes = np.where(self._discloses_published, LABELS.index(Label.PUBLISHED), ours)
        return np.array(LABELS, dtype=object)[codes]

    @property
    def _discloses_published(self) -> Flags:
        if self.parameters.disclosed == "computed":
            return np.zeros(len(self), dtype=bool)
        old = stale_on(self.readings.day_of("published_kva"), self.on, self.parameters)
        return np.asarray(np.isfinite(self.published_kva) & ~old)

    def frame(self) -> pd.DataFrame:
        """Return one row for each asset, with ids in place of rows and words in place of codes."""
        table = {name: getattr(self, name) for name in _COLUMNS}
        for name in ("parent", "bottleneck"):
            rows = table.pop(name)
            table[f"{name}_id"] = np.where(rows >= 0, self.ids[rows], None)
        return pd.DataFrame(
            {"asset_id": self.ids, "name": self.assets.names, "voltage_kv": self.assets.voltage_kv} | table
        )


_COLUMNS = (
    *("level", "parent", "rated_kva", "limit_kva", "limit_kind", "peak_kva", "peak_label", "data_date"),
    *("age_days", "stale", "pending_kva", "own_before_kva", "own_after_kva", "effective_kva", "bottleneck"),
    *("status", "reason", "upper_bound", "loading_share", "loading", "published_kva"),
    *("published_difference_kva", "published_differs", "disclosed_kva", "disclosed_label"),
)


def open_capacity(grid: Grid, on: date, parameters: CapacityParameters) -> OpenCapacity:
    """Work out what is open at every asset.

    Parameters
    ----------
    grid
        The grid; assets, ``capacity`` and ``claims`` are looked at.
    on
        The day asked: the readings not after it, the claims that bind on it.
    parameters
        The coefficients.
    """
    assets = read_assets(grid)
    readings = read_readings(grid["capacity"], assets, on, parameters.power_factor, parameters.peak_months)
    claims = read_claims(grid["claims"], assets, on, parameters)
    limit = limits(assets, readings, parameters)
    peak = peaks(assets, readings, on, parameters)
    promised = pending(assets, claims, readings.of("pending_kva"))
    gap = _gaps(assets, limit, peak, promised)
    own_before = np.where(peak.stale, np.nan, limit.limit_kva - peak.peak_kva)
    unknown = _unknown(readings, limit, peak)
    left = evaluate(assets, own_before, promised.total_kva, unknown, gap, parameters)
    return OpenCapacity(on, parameters, assets, readings, limit, peak, promised, gap, left)


def with_claim(capacity: OpenCapacity, row: int, kva: float, site: str | None = None) -> OpenCapacity:
    """Return what would be open if one more claim were accepted.

    Parameters
    ----------
    capacity
        What is open now; it is not changed.
    row
        Asset the claim is for.
    kva
        What it asks for.
    site
        Its site: where a larger claim of the same site counts already, nothing changes; a smaller one
        becomes the alternative.

    Raises
    ------
    InputError
        For a load that is not above 0 and at most 1,000,000 kVA.
    """
    if not 0 < kva <= MOST_KVA:
        raise InputError(
            Words(f"无法查询 {kva:g} kVA 的占用。", f"A claim of {kva:g} kVA cannot be asked about."),
            repair=Words(
                "请给出大于 0 且不超过 1,000,000 kVA 的负荷。",
                "Give a load above 0 and at most 1,000,000 kVA.",
            ),
        )
    parameters = capacity.parameters
    normal = None if site is None else normal_sites(np.array([site], dtype=object))[0]
    asked = Added(row, kva, kva * parameters.k_d * parameters.k_s, normal)
    promised = capacity.pending.with_added(capacity.assets, asked)
    if promised is capacity.pending:
        return capacity
    left = evaluate(
        capacity.assets,
        capacity.own_before_kva,
        promised.total_kva,
        capacity.left.reason,
        capacity.gap,
        parameters,
    )
    return replace(capacity, pending=promised, left=left)


def margins(capacity: OpenCapacity, row: int) -> list[tuple[int, float]]:
    """Return the row itself and its ancestors, from the bottom up, each with its ``own_after_kva``.

    A load fits where none of them that is a number is below it; NaN is an ancestor without figures.
    """
    return [(each, float(capacity.own_after_kva[each])) for each in capacity.assets.chain(row)]


def _gaps(assets: Assets, limit: Limits, peak: Peaks, promised: Pending) -> NDArray[np.int8]:
    """Return what is missing at each asset."""
    feeder, up = assets.is_level("feeder"), assets.parent
    top = np.append(assets.is_level("substation"), False)  # no parent is no substation
    stations = np.append(limit.transformers, 0)
    gap = np.zeros(len(up), dtype=np.int8)
    for flag, where in (
        (Gap.NO_PARENT, (up < 0) & ~assets.is_level("substation")),
        (Gap.TRANSFORMER_UNKNOWN, feeder & top[up] & (stations[up] > 0)),
        (Gap.INSTALLED, limit.kind == KINDS.index(LimitKind.INSTALLED)),
        (Gap.ESTIMATED, feeder & (peak.children >= 0)),
        (Gap.CLAIM_WITHOUT_KVA, promised.without_kva),
    ):
        gap[where] |= np.int8(flag)
    return gap


def _unknown(readings: Readings, limit: Limits, peak: Peaks) -> NDArray[np.int8]:
    """Return why each asset would be unknown, as positions in ``REASONS``."""
    no_limit, no_peak = np.isnan(limit.limit_kva), np.isnan(peak.peak_kva)
    no_volts = no_limit & (readings.newest["limit_a"] >= 0) | no_peak & (readings.newest["peak"] >= 0)
    codes = {reason: REASONS.index(reason) for reason in Reason}
    return np.select(
        [no_peak & (readings.newest["any"] < 0), no_volts, no_limit, no_peak],
        [
            codes[Reason.NO_READING],
            codes[Reason.VOLTAGE_MISSING],
            codes[Reason.RATING_MISSING],
            codes[Reason.PEAK_MISSING],
        ],
        codes[Reason.READING_STALE],
    ).astype(np.int8)
