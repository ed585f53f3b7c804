"""What a notice (一次性告知书) is made from, and how far its content is shortened to stay on one page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from gis.figures import figure
from gis.policy.notice import Notice
from gis.siting.words import words
from gis.words import Language, Words
from maps.route_view import RouteView


@dataclass(frozen=True, slots=True)
class NoticePage:
    """A notice to be made.

    Attributes
    ----------
    assessment
        As the interface prints it, already with the tier of whoever asked.
    option
        Index of the option told, 0 is the best; not looked at where there are none.
    policy
        The policy part in the language of the notice; None where no jurisdiction is known.
    view
        The map; None leaves it out.
    site
        Name of the parcel, or the words for a place that was drawn.
    requested_on
        Day on which the notice is issued.
    valid
        How long, or under which condition, it holds.
    contacts
        Hotlines (95598, 12398) and others.
    disclaimer
        What the notice is not.
    data_date
        Day of the figures; None where not known.
    url
        Address of the whole answer; None where there is none.
    attribution
        Whose data the map and the routes rest on; "" where nobody is to be named.
    """

    assessment: Mapping[str, Any]
    option: int
    policy: Notice | None
    view: RouteView | None
    site: str
    requested_on: date
    valid: Words
    contacts: tuple[Words, ...]
    disclaimer: Words
    data_date: date | None = None
    url: str | None = None
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """How the content is brought onto one page.

    Attributes
    ----------
    letter_pt
        Height of the letters, points.
    map_px
        Height of the map, pixels.
    clauses
        Most clauses that are paraphrased; None for all. They are cited by number in any case.
    items
        Most rows of a list; None for all.
    letters
        Most letters of a text; None for all.
    core_letters
        The same for texts of the site, the option and its route, which give way last.
    """

    letter_pt: float
    map_px: int = 300
    clauses: int | None = None
    items: int | None = None
    letters: int | None = None
    core_letters: int | None = None


LEAST_PT: Final = 7.5
"""The least height of letters that is legible in print."""

FITS: Final = (
    *(Fit(letter_pt) for letter_pt in (10.0, 9.5, 9.0, 8.5, 8.0, LEAST_PT)),
    *(Fit(LEAST_PT, 245, clauses) for clauses in (None, 8, 6, 4)),
    *(
        Fit(LEAST_PT, 245, 4, items, letters, max(letters, 90))
        for items, letters in (
            *((20, 400), (16, 300), (13, 240), (11, 210), (10, 190), (9, 170)),
            *((8, 150), (7, 130), (6, 110), (5, 90), (4, 70)),
        )
    ),
    Fit(LEAST_PT, 200, 3, 3, 55, 70),
    Fit(LEAST_PT, 200, 2, 2, 45, 60),
    Fit(LEAST_PT, 200, 1, 1, 30, 40),
)
"""In turn: smaller letters down to the least, a lower map, fewer paraphrased clauses, then lists and texts
that say how much is left out."""

_BREAKS: Final = re.compile(r"、|，|；|, |; ")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a block: what, its value, the clauses that say it."""

    label: str
    value: str
    clauses: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A headed group of rows, how many rows were left out, and whether it stays in one piece."""

    title: str
    rows: tuple[Row, ...]
    more: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Teller:
    """Words in one language, shortened as a fit asks.

    Attributes
    ----------
    language, fit
        As above.
    linked
        Whether the page names an address where the rest stands.
    """

    language: Language
    fit: Fit
    linked: bool

    def say(self, key: str, **values: object) -> str:
        """Return the words of a key with its places filled."""
        return words(key)[self.language].format(**values)

    def more(self, left: int) -> str:
        """Return that so many more were left out, and where they stand."""
        return self.say("label.more_link" if self.linked else "label.more_asked", n=left)

    def text(self, given: object, *, core: bool = False) -> str:
        """Return a text, cut where the fit asks: a list between its items, telling how many are left out."""
        whole = str(given)
        most = self.fit.core_letters if core else self.fit.letters
        if most is None or len(whole) <= most:
            return whole
        breaks = [found.start() for found in _BREAKS.finditer(whole)]
        kept = [at for at in breaks if 0 < at <= most]
        if not kept:
            return f"{whole[: most - 1]}…"
        return f"{whole[: kept[-1]]} … {self.more(len(breaks) - len(kept) + 1)}"

    def block(
        self,
        title: str,
        rows: Sequence[Row],
        *,
        whole: bool = False,
        most: int | None = None,
        named: bool = False,
    ) -> Block:
        """Return a block with its texts and its rows shortened as the fit asks.

        Parameters
        ----------
        title, rows
            What it holds.
        whole
            Whether all rows stay.
        most
            Most rows of this block, where the fit has an own figure for it.
        named
            Whether labels are the names or ids of assets, which stay as they are written.
        """
        most = len(rows) if whole else most or self.fit.items or len(rows)
        kept = []
        for row in rows[:most]:
            label, value = self.text(row.label), self.text(row.value, core=whole)
            kept.append(
                Row(label if named else sentence(label), value if label else sentence(value), row.clauses)
            )
        left = len(rows) - len(kept)
        return Block(title, tuple(kept), self.more(left) if left else "", whole)

    def days(self, count: float) -> str:
        """Return so many working days."""
        return self.say("label.day" if count == 1 else "label.days", n=f"{count:g}")

    def number(self, value: object) -> str:
        """Return a figure with thousands told apart; a band stays as it is, None is said to be unknown."""
        if value is None:
            return self.say("label.unknown")
        if isinstance(value, int | float):
            return figure(value)
        return str(value)

    def measure(self, value: object, unit: str) -> str:
        """Return a figure with its unit."""
        return self.number(value) if value is None else f"{self.number(value)} {unit}"

    def join(self, parts: Sequence[str]) -> str:
        """Return parts of a sentence side by side."""
        return ("；" if self.language == "zh" else "; ").join(part for part in parts if part)


def sentence(text: str) -> str:
    """Return a text that begins with a capital letter, where its script has any.

    >>> sentence("data of"), sentence("用地")
    ('Data of', '用地')
    """
    return text[:1].upper() + text[1:]
