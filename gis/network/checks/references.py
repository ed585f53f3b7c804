"""Checks of references: who belongs to whom (关联核查)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gis.dictionary.model import ASSET_LEVELS
from gis.findings import Severity
from gis.network.checks.candidates import Reference, explain, nearest_words, repair_words
from gis.network.checks.model import Fault, check, faults
from gis.network.checks.subject import Subject, present, rows_where, taken
from gis.network.columns import Flags, Objects

_KINDS = {
    "main_transformers": "Main transformer",
    "feeders": "Feeder",
    "access_points": "Access point",
    "transformers": "Transformer",
    "claims": "Claim",
}
_TARGET_WORDS = {
    "substations": "substation",
    "main_transformers": "main transformer",
    "feeders": "feeder",
    "assets": "asset",
}


def joined(subject: Subject, layer: str, stem: str, target: str) -> Flags:
    """Return where a reference points to a thing that the grid has."""
    ids = subject.texts(layer, f"{stem}_id")
    found = np.zeros(len(ids), dtype=bool)
    for each in ASSET_LEVELS if target == "assets" else (target,):
        found |= subject.rows_of(each, ids) >= 0
    return found


def _who(subject: Subject, layer: str, row: int) -> str:
    if layer == "capacity":
        return "A reading"
    return f"{_KINDS[layer]} {subject.labels(layer, [row])[0]}"


def _words(subject: Subject, layer: str, stem: str) -> Objects:
    """Return a reference's words as given, else the id it holds."""
    words = subject.texts(layer, f"{stem}_ref").copy()
    unsaid = ~present(words)
    words[unsaid] = subject.texts(layer, f"{stem}_id")[unsaid]
    return words


def _unstated(subject: Subject, layer: str, stem: str, target: str) -> Iterator[Fault]:
    rows = rows_where(~present(_words(subject, layer, stem)))
    word = _TARGET_WORDS[target]
    messages = [f"{_who(subject, layer, row)} states no {word}." for row in rows]
    yield from faults(subject, layer, rows, messages, f"Fill in its {word} (id or name).")


def _unknown(subject: Subject, layer: str, stem: str, target: str) -> Iterator[Fault]:
    words = _words(subject, layer, stem)
    rows = rows_where(present(words) & ~joined(subject, layer, stem, target))
    levels = subject.texts(layer, "level")
    homes = subject.texts(layer, "" if stem == "substation" else "substation_ref")
    references = [Reference(words[row], levels[row], homes[row]) for row in rows]
    matches = explain(subject, target, references)
    messages = [
        f"{_who(subject, layer, row)} names the {_TARGET_WORDS[target]} "
        f"{nearest_words(matches[reference], reference.words, target)}."
        for row, reference in zip(rows, references, strict=True)
    ]
    repairs = [repair_words(matches[reference], target) for reference in references]
    yield from faults(subject, layer, rows, messages, repairs)


def _unjoined(subject: Subject, layer: str, stem: str, target: str) -> Iterator[Fault]:
    yield from _unstated(subject, layer, stem, target)
    yield from _unknown(subject, layer, stem, target)


@check(Severity.ERROR, "线路无所属变电站")
def feeder_without_substation(subject: Subject) -> Iterator[Fault]:
    """Find feeders that state no substation, or one that is not known."""
    return _unjoined(subject, "feeders", "substation", "substations")


@check(Severity.ERROR, "主变无所属变电站")
def main_transformer_without_substation(subject: Subject) -> Iterator[Fault]:
    """Find main transformers that state no substation, or one that is not known."""
    return _unjoined(subject, "main_transformers", "substation", "substations")


@check(Severity.ERROR, "配变无所属线路")
def transformer_without_feeder(subject: Subject) -> Iterator[Fault]:
    """Find distribution transformers that state no feeder, or one that is not known."""
    return _unjoined(subject, "transformers", "feeder", "feeders")


@check(Severity.ERROR, "接入点无所属线路")
def access_point_without_feeder(subject: Subject) -> Iterator[Fault]:
    """Find access points that state no feeder, or one that is not known."""
    return _unjoined(subject, "access_points", "feeder", "feeders")


@check(Severity.ERROR, "读数无对应设备")
def capacity_without_asset(subject: Subject) -> Iterator[Fault]:
    """Find readings that state no asset, one that is not known, or a name that fits several."""
    return _unjoined(subject, "capacity", "asset", "assets")


@check(Severity.ERROR, "在途申请无对应设备")
def claim_on_unknown_asset(subject: Subject) -> Iterator[Fault]:
    """Find claims that state no asset, one that is not known, or a name that fits several."""
    return _unjoined(subject, "claims", "asset", "assets")


@check(Severity.WARNING, "线路所属主变不存在")
def feeder_main_transformer_unknown(subject: Subject) -> Iterator[Fault]:
    """Find feeders that name a main transformer that is not known."""
    return _unknown(subject, "feeders", "main_transformer", "main_transformers")


@check(Severity.WARNING, "所属变电站不存在")
def substation_unknown(subject: Subject) -> Iterator[Fault]:
    """Find access points and transformers that name a substation that is not known."""
    for layer in ("access_points", "transformers"):
        yield from _unknown(subject, layer, "substation", "substations")


@check(Severity.ERROR, "线路与其主变分属两站")
def feeder_main_transformer_elsewhere(subject: Subject) -> Iterator[Fault]:
    """Find feeders whose main transformer stands in another substation."""
    return _elsewhere(subject, "feeders", "main_transformers")


@check(Severity.WARNING, "设备与其线路分属两站")
def feeder_of_another_substation(subject: Subject) -> Iterator[Fault]:
    """Find access points and transformers of another substation than their feeder."""
    for layer in ("access_points", "transformers"):
        yield from _elsewhere(subject, layer, "feeders")


def _elsewhere(subject: Subject, layer: str, upper: str) -> Iterator[Fault]:
    own = subject.texts(layer, "substation_id")
    uppers = subject.texts(layer, f"{upper.removesuffix('s')}_id")
    homes = taken(subject.texts(upper, "substation_id"), subject.rows_of(upper, uppers))
    known = joined(subject, layer, "substation", "substations") & present(homes)
    rows = rows_where(known & (own != homes))
    messages = [
        f"{_who(subject, layer, row)} belongs to substation {own[row]}, "
        f"but its {_TARGET_WORDS[upper]} {uppers[row]} to substation {homes[row]}."
        for row in rows
    ]
    yield from faults(subject, layer, rows, messages, "Correct whichever of the two is wrong.")


CHECKS = (
    feeder_without_substation,
    main_transformer_without_substation,
    transformer_without_feeder,
    access_point_without_feeder,
    capacity_without_asset,
    claim_on_unknown_asset,
    feeder_main_transformer_unknown,
    substation_unknown,
    feeder_main_transformer_elsewhere,
    feeder_of_another_substation,
)
"""Checks of references."""
