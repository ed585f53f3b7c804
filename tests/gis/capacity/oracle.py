"""The model a second time, one asset after the other, in plain Python: what the arrays are compared with."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

Row = dict[str, Any]

_LEVELS = {
    "substations": "substation",
    "main_transformers": "main_transformer",
    "feeders": "feeder",
    "transformers": "transformer",
}


def _months_before(on: date, months: int) -> date:
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    for day in (on.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day, on.day))
        except ValueError:
            continue
    raise AssertionError


@dataclass
class Oracle:
    """What is open, asked one asset at a time; ``values`` are the coefficients by name."""

    rows: dict[str, list[Row]]
    on: date
    values: dict[str, Any]

    @cached_property
    def level(self) -> dict[str, str]:
        return {row["id"]: word for layer, word in _LEVELS.items() for row in self.rows[layer]}

    @cached_property
    def own(self) -> dict[str, Row]:
        return {row["id"]: row for layer in _LEVELS for row in self.rows[layer]}

    def is_a(self, thing: str | None, level: str) -> bool:
        return thing is not None and self.level.get(thing) == level

    def parent(self, thing: str) -> str | None:
        row, level = self.own[thing], self.level[thing]
        if level == "main_transformer":
            return row["substation_id"] if self.is_a(row["substation_id"], "substation") else None
        if level == "transformer":
            return row["feeder_id"] if self.is_a(row["feeder_id"], "feeder") else None
        if level == "feeder":
            if self.is_a(row["main_transformer_id"], "main_transformer"):
                return str(row["main_transformer_id"])
            return row["substation_id"] if self.is_a(row["substation_id"], "substation") else None
        return None

    def ancestors(self, thing: str) -> list[str]:
        up = self.parent(thing)
        return [] if up is None else [up, *self.ancestors(up)]

    def children(self, thing: str, level: str = "") -> list[str]:
        return [each for each in self.own if self.parent(each) == thing and level in {"", self.level[each]}]

    # Readings

    def counted(self, thing: str) -> list[Row]:
        return [
            row
            for row in self.rows["capacity"]
            if row["asset_id"] == thing
            and row["flagged"] is not True
            and (row["data_date"] is None or row["data_date"] <= self.on)
        ]

    def newest(self, thing: str, name: str, pick: Any) -> float:
        stating = [row for row in self.counted(thing) if row[name] is not None]
        if not stating:
            return math.nan
        last = max(row["data_date"] or date.min for row in stating)
        return float(pick(row[name] for row in stating if (row["data_date"] or date.min) == last))

    def row_peak(self, thing: str, row: Row) -> tuple[float, str]:
        if row["peak_kva"] is not None:
            return row["peak_kva"], "measured"
        volts = self.own[thing].get("voltage_kv") if self.level[thing] == "feeder" else None
        if row["peak_a"] is not None and volts is not None:
            return math.sqrt(3) * volts * row["peak_a"], "measured"
        if row["peak_kw"] is not None:
            if row["power_factor"] is None:
                return row["peak_kw"] / self.values["power_factor"], "assumed"
            return row["peak_kw"] / row["power_factor"], "measured"
        return math.nan, "unknown"

    def metered(self, thing: str) -> tuple[float, str, date | None] | None:
        """Return peak, label and day of the reading that counts; None where no reading states a peak."""
        stating = [
            row
            for row in self.counted(thing)
            if any(row[name] is not None for name in ("peak_a", "peak_kva", "peak_kw"))
        ]
        if not stating:
            return None
        last = max(row["data_date"] or date.min for row in stating)
        months = self.values["peak_months"]
        first = last if last == date.min or not months else _months_before(last, months) + timedelta(days=1)
        peaks = [self.row_peak(thing, row) for row in stating if (row["data_date"] or date.min) >= first]
        known = [each for each in peaks if not math.isnan(each[0])]
        if not known:
            return math.nan, "unknown", None if last == date.min else last
        peak, label = max(known, key=lambda each: each[0])
        return peak, label, None if last == date.min else last

    def stale(self, thing: str) -> bool:
        read = self.metered(thing)
        if read is None:
            return False
        if read[2] is None:
            return bool(self.values["undated_reading"] == "stale")
        return read[2] < _months_before(self.on, self.values["max_age_months"])

    def peak(self, thing: str) -> tuple[float, str]:
        read = self.metered(thing)
        if read is not None:
            return read[0], read[1]
        level, below = self.level[thing], []
        if level == "substation":
            below = self.children(thing, "main_transformer") or self.children(thing, "feeder")
        if level == "main_transformer":
            station = self.parent(thing)
            if station is None or not self.children(station, "feeder"):
                below = self.children(thing, "feeder")
        if level == "feeder" and self.values["estimate_feeders"]:
            below = self.children(thing)
        peaks = [self.metered(each) for each in below]
        good = [
            each[0]
            for child, each in zip(below, peaks, strict=True)
            if each is not None and not self.stale(child) and not math.isnan(each[0])
        ]
        if not below or len(good) < len(below):
            return math.nan, "unknown"
        return self.values["simultaneity"] * sum(good), "estimated"

    # Limits

    def rating(self, thing: str) -> float:
        read = self.newest(thing, "rated_kva", min)
        own = self.own[thing].get("rated_kva")
        return (math.nan if own is None else own) if math.isnan(read) else read

    def limit(self, thing: str) -> tuple[float, str]:
        level, own = self.level[thing], self.own[thing]
        final = self.newest(thing, "limit_kva", min)
        if not math.isnan(final):
            return final, "stated"
        if level == "substation":
            ratings = [self.rating(each) for each in self.children(thing, "main_transformer")]
            transfer = self.values["transfer_kva"] if own["transfer_kva"] is None else own["transfer_kva"]
            if len(ratings) == 1 and not math.isnan(ratings[0]):
                rated = self.values["single_transformer"] == "rated"
                return (self.values["rho"] * ratings[0] if rated else transfer), "single"
            if ratings and not any(map(math.isnan, ratings)):
                worst = min(
                    self.values["rho"] * sum(ratings[:out] + ratings[out + 1 :])
                    for out in range(len(ratings))
                )
                return worst + transfer, "n_1"
            limit = self.values["derate_substation"] * self.rating(thing)
            return limit, "unknown" if math.isnan(limit) else "installed"
        rated, kind = self.rating(thing), "rated"
        share = self.values[f"derate_{level}"]
        if level == "feeder":
            if own["n1_share"] is not None:
                share = own["n1_share"] if 0 < own["n1_share"] <= 1 else math.nan
            amps = self.newest(thing, "limit_a", min)
            volts = math.nan if own["voltage_kv"] is None else own["voltage_kv"]
            current = math.sqrt(3) * volts * amps
            if not math.isnan(current) and not rated < current:
                rated, kind = current, "current"
        limit = share * rated
        return limit, "unknown" if math.isnan(limit) else kind

    # Pending

    @cached_property
    def live(self) -> list[Row]:
        return [
            row
            for row in self.rows["claims"]
            if row["asset_id"] in self.own
            and (row["accepted_on"] is None or row["accepted_on"] <= self.on)
            and (row["expires_on"] is None or self.on <= row["expires_on"])
            and not (row["energised_on"] is not None and row["energised_on"] <= self.on)
            and not (row["withdrawn_on"] is not None and row["withdrawn_on"] <= self.on)
        ]

    def counts(self, claim: Row) -> bool:
        def site(row: Row) -> str | None:
            return None if row["site"] is None else unicodedata.normalize("NFKC", row["site"]).strip()

        def rank(row: Row) -> tuple[float, date, str]:
            kva = -math.inf if row["kva"] is None else row["kva"]
            return -kva, row["accepted_on"] or date.max, row["id"]

        rivals = [row for row in self.live if row is claim or (site(row) == site(claim) is not None)]
        return min(rivals, key=rank) is claim

    def claimed(self, thing: str) -> bool:
        here = any(row["asset_id"] == thing for row in self.live)
        return here or any(self.claimed(each) for each in self.children(thing))

    def pending(self, thing: str) -> float:
        below = sum(self.pending(each) for each in self.children(thing))
        if not self.claimed(thing):
            stated = self.newest(thing, "pending_kva", max)
            return float(below if math.isnan(stated) else max(stated, below))
        factor = self.values["k_d"] * self.values["k_s"]
        own = [
            max(0.0, row["kva"] * factor - (row["ramped_kva"] or 0.0))
            for row in self.live
            if row["asset_id"] == thing and row["kva"] is not None and self.counts(row)
        ]
        return float(sum(own) + below)

    def silent_claim(self, thing: str) -> bool:
        here = any(row["asset_id"] == thing and row["kva"] is None for row in self.live)
        return here or any(self.silent_claim(each) for each in self.children(thing))

    # What is left

    def own_before(self, thing: str) -> float:
        if self.stale(thing):
            return math.nan
        return round(self.limit(thing)[0] - self.peak(thing)[0], 6)

    def own_after(self, thing: str) -> float:
        return round(self.own_before(thing) - self.pending(thing), 6)

    def known(self, thing: str) -> bool:
        return not math.isnan(self.own_before(thing))

    def bottleneck(self, thing: str) -> str | None:
        if not self.known(thing):
            return None
        chain = [each for each in (thing, *self.ancestors(thing)) if self.known(each)]
        return min(chain, key=self.own_after)

    def effective(self, thing: str) -> float:
        least = self.bottleneck(thing)
        return math.nan if least is None else max(0.0, self.own_after(least))

    def status(self, thing: str) -> str:
        if not self.known(thing):
            return "unknown"
        above = [each for each in self.ancestors(thing) if self.known(each)]
        if self.own_before(thing) <= 0 or any(self.own_before(each) <= 0 for each in above):
            return "restricted"
        threshold = {
            "feeder": self.values["tight_feeder_kva"],
            "transformer": self.values["tight_transformer_kva"],
        }.get(self.level[thing], -math.inf)
        if self.own_after(thing) <= 0 or self.effective(thing) < threshold:
            return "tight"
        return "tight" if any(self.status(each) == "tight" for each in above) else "open"

    def gap(self, thing: str) -> bool:
        level, up = self.level[thing], self.parent(thing)
        if level != "substation" and up is None:
            return True
        if level == "feeder" and self.is_a(up, "substation") and self.children(str(up), "main_transformer"):
            return True
        if level == "feeder" and self.peak(thing)[1] == "estimated":
            return True
        return self.limit(thing)[1] == "installed" or self.silent_claim(thing)

    def upper_bound(self, thing: str) -> bool:
        if not self.known(thing):
            return False
        above = self.ancestors(thing)
        return self.gap(thing) or any(self.gap(each) or not self.known(each) for each in above)
