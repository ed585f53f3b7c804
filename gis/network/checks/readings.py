"""The readings that count, one row for each asset: its newest peak and its newest ratings."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from gis.dictionary.model import ASSET_LEVELS
from gis.network.checks.subject import Flags, Floats, Objects, Subject, present, taken, taken_numbers
from gis.units import DEFAULT_POWER_FACTOR

FIGURES: Final = (
    "limit_a",
    "limit_kva",
    "rated_kva",
    "peak_a",
    "peak_kva",
    "peak_kw",
    "power_factor",
    "pending_kva",
    "published_kva",
)
"""Columns of a reading that hold figures."""

LEVEL_WORDS: Final = {
    "substations": "Substation",
    "main_transformers": "Main transformer",
    "feeders": "Feeder",
    "transformers": "Transformer",
}
"""Layer -> what a message calls a row of it."""

_RATINGS = ("limit_a", "limit_kva", "rated_kva")


def readings(subject: Subject) -> pd.DataFrame:
    """Return every reading with what is known of its asset.

    Returns
    -------
    DataFrame
        Row for row as the layer ``capacity``: the columns of ``FIGURES``, ``asset`` (id or None),
        ``layer`` and ``name`` of the asset, ``day``, ``counts`` (its asset is known, it is neither
        flagged nor later than the day asked), ``voltage_kv`` (feeders alone), ``own_rated_kva``,
        ``amps_kva`` and ``limit_amps_kva`` (peak and limit in A as kVA, sqrt(3) U I), ``load_kva``
        (the peak in kVA from whichever unit it is given in).
    """
    return subject.once("readings", "capacity", "", lambda: _readings(subject))


def newest(subject: Subject) -> pd.DataFrame:
    """Return one row for each asset with readings that count, in the order of the ids.

    The peak is that of the newest reading that has one; each rating is the newest one stated,
    because ratings and peaks often come in files of their own. ``row`` is the reading's row.
    """
    return subject.once("newest", "capacity", "", lambda: _newest(readings(subject)))


def _readings(subject: Subject) -> pd.DataFrame:
    table = pd.DataFrame({name: subject.numbers("capacity", name) for name in FIGURES})
    table["asset"], table["layer"] = _assets(subject)
    table["name"], table["own_rated_kva"], table["voltage_kv"] = _attributes(
        subject, table["asset"].to_numpy()
    )
    table["day"] = pd.Series(subject.days("capacity", "data_date")).astype("datetime64[s]")
    late = subject.days("capacity", "data_date") > subject.today
    table["counts"] = present(table["asset"].to_numpy()) & ~subject.true("capacity", "flagged") & ~late
    volts = np.sqrt(3.0) * table["voltage_kv"]
    table["amps_kva"] = volts * table["peak_a"]
    table["limit_amps_kva"] = volts * table["limit_a"]
    by_power = table["peak_kw"] / table["power_factor"].fillna(DEFAULT_POWER_FACTOR)
    table["load_kva"] = table["peak_kva"].fillna(table["amps_kva"]).fillna(by_power)
    return table


def _assets(subject: Subject) -> tuple[Objects, Objects]:
    stated = subject.texts("capacity", "asset_id")
    assets = np.full(len(stated), None, dtype=object)
    layer = np.full(len(stated), None, dtype=object)
    for name in ASSET_LEVELS:
        found = subject.rows_of(name, stated) >= 0
        assets[found], layer[found] = stated[found], name
    return assets, layer


def _attributes(subject: Subject, assets: Objects) -> tuple[Objects, Floats, Floats]:
    names = np.full(len(assets), None, dtype=object)
    rated = np.full(len(assets), np.nan)
    for layer in ASSET_LEVELS:
        rows = subject.rows_of(layer, assets)
        found = rows >= 0
        names[found] = taken(subject.texts(layer, "name"), rows)[found]
        rated[found] = taken_numbers(subject.numbers(layer, "rated_kva"), rows)[found]
    feeders = subject.rows_of("feeders", assets)
    return names, rated, taken_numbers(subject.numbers("feeders", "voltage_kv"), feeders)


def _newest(table: pd.DataFrame) -> pd.DataFrame:
    counted = table[table["counts"]].assign(row=lambda each: each.index)
    counted["has_peak"] = counted[["peak_a", "peak_kva", "peak_kw"]].notna().any(axis=1)
    # The figures settle ties, so that the answer does not depend on the order of the rows.
    by_day = counted.sort_values(["day", "load_kva", *FIGURES], na_position="first")
    ratings = by_day.groupby("asset")[[*_RATINGS, "limit_amps_kva"]].last()
    by_peak = by_day.sort_values("has_peak", kind="stable")
    return by_peak.drop_duplicates("asset", keep="last").set_index("asset").assign(**ratings).sort_index()


def has_rating(table: pd.DataFrame) -> Flags:
    """Return where a rating or a limit is known, from the readings or from the asset itself."""
    return np.asarray(table[[*_RATINGS, "own_rated_kva"]].notna().any(axis=1), dtype=bool)


def asset_words(table: pd.DataFrame) -> list[str]:
    """Return level, id and name of each asset of a table with the assets' ids as index, for people."""
    return [
        f"{LEVEL_WORDS[layer]} {asset if pd.isna(name) or name == asset else f'{asset} ({name})'}"
        for layer, asset, name in zip(table["layer"], table.index, table["name"], strict=True)
    ]
