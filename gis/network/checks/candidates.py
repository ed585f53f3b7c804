"""What a reference that does not join may have meant: the things that fit, else the nearest names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gis.dictionary.model import ASSET_LEVELS
from gis.names import Match, Named, NameIndex
from gis.network.checks.subject import Subject, taken

_HOMES = {"main_transformers": "substations", "feeders": "substations", "transformers": "feeders"}
"""Layer -> the layer whose things tell its rows of one name apart."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as given: its words, and what it says of the thing's level and substation."""

    words: str
    level: str | None = None
    within: str | None = None


def explain(subject: Subject, layer: str, references: Iterable[Reference]) -> dict[Reference, Match]:
    """Return what each reference may mean; an unknown one brings the nearest names as candidates.

    Parameters
    ----------
    subject
        The grid under test.
    layer
        Layer of the things meant; ``assets`` for all four levels.
    references
        References that did not join; many may be alike. Beyond the number of comparisons allowed,
        in the order of their words, they bring no candidates.
    """
    given = sorted(set(references), key=_order)
    if not given:
        return {}  # to fold the names of a whole layer takes a second
    things = _named(subject, ASSET_LEVELS if layer == "assets" else (layer,))
    index = NameIndex(things)
    of_level = {
        level: NameIndex([thing for thing in things if thing.level == level])
        for level in (ASSET_LEVELS.values() if layer == "assets" else ())
    }
    affordable = subject.parameters.name_comparisons // max(len(things), 1)
    matches: dict[Reference, Match] = {}
    for each in given:
        match = index.resolve(each.words, within=each.within, level=each.level)
        if match.outcome == "unknown" and affordable:
            affordable -= 1
            match = replace(match, candidates=of_level.get(each.level or "", index).nearest(each.words))
        matches[each] = match
    return matches


def _order(reference: Reference) -> tuple[str, str, str]:
    return reference.words, reference.level or "", reference.within or ""


def nearest_words(match: Match, words: str, layer: str) -> str:
    """Say what is wrong with a reference: ambiguous, later come, or unknown with the nearest names."""
    where = "the assets" if layer == "assets" else layer
    if match.id is not None:
        return f"'{words}', which fits {match.id}, imported later"
    if match.outcome == "ambiguous":
        return f"'{words}', an ambiguous name that fits {', '.join(match.candidates)}"
    nearest = f" (nearest: {', '.join(match.candidates)})" if match.candidates else ""
    return f"'{words}', which is not in {where}{nearest}"


def repair_words(match: Match, layer: str) -> str:
    """Say how to mend the reference."""
    where = "the assets' layer" if layer == "assets" else f"layer {layer}"
    if match.id is not None:
        return "Import this file again, so that the name joins."
    if match.outcome == "ambiguous":
        return "Give the id, or the substation beside the name."
    return f"Correct the name, state the pair with --aliases, or import the missing thing into {where}."


def _named(subject: Subject, names: Iterable[str]) -> list[Named]:
    things: list[Named] = []
    for layer in names:
        level = ASSET_LEVELS.get(layer, "")
        homes = _homes(subject, layer)
        things += [
            Named(thing, name, within, level)
            for thing, name, within in zip(
                subject.ids(layer), subject.texts(layer, "name"), homes, strict=True
            )
            if thing is not None
        ]
    return things


def _homes(subject: Subject, layer: str) -> list[tuple[str, ...]]:
    """Return id and name of the substation of each row."""
    if layer not in _HOMES:
        return [()] * subject.size(layer)
    home = _HOMES[layer]
    homes = subject.texts(layer, f"{home.removesuffix('s')}_id")
    if home == "feeders":
        homes = taken(subject.texts("feeders", "substation_id"), subject.rows_of("feeders", homes))
    names = taken(subject.texts("substations", "name"), subject.rows_of("substations", homes))
    return [tuple(text for text in pair if text is not None) for pair in zip(homes, names, strict=True)]
