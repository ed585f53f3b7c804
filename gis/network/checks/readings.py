"""The readings that count, one row for each asset: its newest peak and its newest ratings."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from gis.capacity.readings import FIGURES, PEAKS, RATINGS, in_kva, newest_rows, peak_in_kva, strength
from gis.dictionary.model import ASSET_LEVELS
from gis.network.checks.subject import Subject, present, taken
from gis.network.columns import Flags, Floats, Objects, Rows, at_rows
from gis.units import DEFAULT_POWER_FACTOR

LEVEL_WORDS: Final = {
    "substations": "Substation",
    "main_transformers": "Main transformer",
    "feeders": "Feeder",
    "transformers": "Transformer",
}
"""Layer -> what a message calls a row of it."""


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

    The peak is that of the newest reading that has one; each rating is the newest one stated, as the open
    capacity takes them. ``row`` is the reading's row.
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
    figures = {name: table[name].to_numpy() for name in FIGURES}
    volts = table["voltage_kv"].to_numpy()
    table["amps_kva"], table["limit_amps_kva"] = (
        in_kva(figures[name], volts) for name in ("peak_a", "limit_a")
    )
    table["load_kva"], _ = peak_in_kva(figures, volts, DEFAULT_POWER_FACTOR)
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
        rated[found] = at_rows(subject.numbers(layer, "rated_kva"), rows)[found]
    feeders = subject.rows_of("feeders", assets)
    return names, rated, at_rows(subject.numbers("feeders", "voltage_kv"), feeders)


def _newest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that count as the open capacity takes them."""
    counted = table[table["counts"]].assign(row=lambda each: each.index)
    codes, assets = pd.factorize(counted["asset"], sort=True)
    day = counted["day"].to_numpy().astype("datetime64[D]")
    figures = {
        name: counted[name].to_numpy(dtype=np.float64) for name in (*FIGURES, "load_kva", "limit_amps_kva")
    }

    def rows(name: str, *columns: str) -> Rows:
        stated = counted[list(columns)].notna().any(axis=1).to_numpy()
        # The other figures settle ties, so that the answer does not depend on the order of the rows.
        keys = [strength(name, figures[name]), *(figures[each] for each in FIGURES)]
        return newest_rows(np.where(stated, codes, -1), len(assets), day, keys)

    read, peak = rows("load_kva", "counts"), rows("load_kva", *PEAKS)
    chosen = counted.iloc[np.where(peak >= 0, peak, read)].set_index("asset")
    ratings = {name: at_rows(figures[name], rows(name, name)) for name in RATINGS}
    ratings["limit_amps_kva"] = at_rows(figures["limit_amps_kva"], rows("limit_a", "limit_a"))
    return chosen.assign(**ratings)


def has_rating(table: pd.DataFrame) -> Flags:
    """Return where a rating or a limit is known, from the readings or from the asset itself."""
    return np.asarray(table[[*RATINGS, "own_rated_kva"]].notna().any(axis=1), dtype=bool)


def asset_words(table: pd.DataFrame) -> list[str]:
    """Return level, id and name of each asset of a table with the assets' ids as index, for people."""
    return [
        f"{LEVEL_WORDS[layer]} {asset if pd.isna(name) or name == asset else f'{asset} ({name})'}"
        for layer, asset, name in zip(table["layer"], table.index, table["name"], strict=True)
    ]
