"""Names of assets as people write them (设备名称): one normal form, and the join by name.

The same feeder is ``10kV北洋805北绿线`` in one file and ``１０ＫＶ北洋８０５ 北绿`` in the next. The normal
form folds width, blanks, the case of kV and the suffix 线; two spellings with one form are one name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import fuzz, process

_BLANKS = re.compile(r"[\s\u200b\u200c\u200d\ufeff]+")
_KILOVOLT = re.compile(r"kv", re.IGNORECASE)
_VOLTAGE = re.compile(r"(?<=\d)\s*kv(?![a-z])", re.IGNORECASE)
_BLANK_BESIDE_HANZI = re.compile(
    r"(?<=[\u4e00-\u9fff])\s+|(?<=\dkV)\s+(?=[\u4e00-\u9fff])|\s+(?=[\u4e00-\u9fff])"
)
_FULL_WIDTH = {0x3000: " "} | {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))


def normal_name(name: str) -> str:
    """Return the normal form of a name: half width, no blanks, kV, without the suffix 线.

    >>> normal_name("１０ＫＶ北洋８０５ 北绿线")
    '10kV北洋805北绿'
    """
    narrow = _BLANKS.sub("", unicodedata.normalize("NFKC", name))
    text = unicodedata.normalize("NFKC", narrow).translate(_DASHES)  # an accent may have lost its blank
    text = _KILOVOLT.sub("kV", text)
    return text[:-1] if len(text) > 1 and text.endswith("线") else text


def tidy_name(name: str) -> str:
    """Return a name as it is usually written: half width, no blank beside Chinese or a voltage, kV.

    >>> tidy_name("10KV潭702 疾控二回"), tidy_name("Marsa South")
    ('10kV潭702疾控二回', 'Marsa South')
    """
    text = name.translate(_FULL_WIDTH).strip()  # not NFKC, which would undo Roman numerals as in Ⅰ回线
    text = _VOLTAGE.sub("kV", text)
    return _BLANK_BESIDE_HANZI.sub("", text)


@dataclass(frozen=True, slots=True)
class Named:
    """A thing that may be meant by a name: its id, its name, and the names or id of what it belongs to."""

    id: str
    name: str | None
    within: tuple[str, ...] = ()
    level: str = ""


Outcome = Literal["id", "alias", "name", "ambiguous", "unknown"]


@dataclass(frozen=True, slots=True)
class Match:
    """What a reference resolved to.

    Attributes
    ----------
    id
        The thing's id, or None.
    outcome
        How it was found, or why not.
    candidates
        For ``ambiguous`` the ids that fit; else none: ask ``NameIndex.nearest``.
    spelling
        The thing's own name where it is written differently from the reference; else None.
    """

    id: str | None
    outcome: Outcome
    candidates: tuple[str, ...] = ()
    spelling: str | None = None


@dataclass(slots=True)
class NameIndex:
    """Finds things by id, alias or name.

    Parameters
    ----------
    things
        Everything that can be meant.
    aliases
        Reviewed spellings: normal form of the name as given -> id or name that is meant.
    """

    things: Sequence[Named]
    aliases: Mapping[str, str] = field(default_factory=dict)
    _by_id: dict[str, Named] = field(init=False)
    _by_name: dict[str, list[Named]] = field(init=False)

    def __post_init__(self) -> None:
        self._by_id = {thing.id: thing for thing in self.things}
        self._by_name = defaultdict(list)
        for thing in self.things:
            if thing.name:
                self._by_name[normal_name(thing.name)].append(thing)

    def resolve(self, reference: str, *, within: str | None = None, level: str | None = None) -> Match:
        """Return what a reference means.

        Parameters
        ----------
        reference
            An id, an alias or a name in any spelling.
        within
            Id or name of what the thing belongs to (its substation); tells things of one name apart.
        level
            Asset level, where the source states one.
        """
        if self._is_id(reference, level):
            return Match(reference, "id")
        settled = self.aliases.get(normal_name(reference))
        if settled is not None and settled != reference:
            match = self._by_words(settled, within, level)
            return Match(match.id, "alias" if match.id else match.outcome, match.candidates)
        return self._by_words(reference, within, level)

    def _is_id(self, words: str, level: str | None) -> bool:
        thing = self._by_id.get(words)
        return thing is not None and (not level or not thing.level or thing.level == level)

    def _by_words(self, words: str, within: str | None, level: str | None) -> Match:
        if self._is_id(words, level):
            return Match(words, "id")
        fitting = _narrowed(self._by_name.get(normal_name(words), []), within, level)
        if len(fitting) == 1:
            [thing] = fitting
            return Match(thing.id, "name", spelling=thing.name if thing.name != words else None)
        if fitting:
            return Match(None, "ambiguous", tuple(thing.id for thing in fitting))
        return Match(None, "unknown")

    def nearest(self, words: str, limit: int = 3) -> tuple[str, ...]:
        """Return the names closest to the words, best first."""
        found = process.extract(normal_name(words), self._by_name.keys(), scorer=fuzz.ratio, limit=limit)
        return tuple(self._by_name[key][0].name or key for key, score, _ in found if score >= 50)  # noqa: PLR2004  # half alike


def _narrowed(things: Iterable[Named], within: str | None, level: str | None) -> list[Named]:
    fitting = list(things)
    if level:
        fitting = [thing for thing in fitting if not thing.level or thing.level == level]
    if within:
        home = normal_name(within)
        fitting = [
            thing
            for thing in fitting
            if not thing.within or within in thing.within or home in map(normal_name, thing.within)
        ]
    return fitting
