"""Land use for people (用地性质): what a code or a word of OpenStreetMap is called in Chinese and English."""

from __future__ import annotations

from typing import Final

from gis.dictionary.land_uses import LETTERS, OSM_USES
from gis.siting.loads import use_of
from gis.words import Words

_LETTER_OF: Final = {use: letter for letter in LETTERS if (use := use_of(letter))}
"""Kind of land use -> letter."""


def land_letter(code: str | None) -> str:
    """Return the letter of GB 50137 that a code or word falls under, "" where it is under none.

    >>> land_letter("B29a"), land_letter("1001"), land_letter("retail"), land_letter("brownfield")
    ('B', 'M', 'B', '')
    """
    text = (code or "").strip().upper()
    if text[:1] in LETTERS and (len(text) == 1 or text[1].isdigit()):
        return text[:1]
    return _LETTER_OF.get(use_of(code) or "", "")


def land_use_words(code: str | None) -> Words | None:
    """Return what a land use is called: a word as its term, a code after the term of its kind.

    What is neither stays as it is; None where none is stated.

    >>> land_use_words("retail").zh, land_use_words("R2").zh, land_use_words("allée").zh
    ('零售商业用地', '居住用地 R2', 'allée')
    """
    text = (code or "").strip()
    if not text:
        return None
    if text.lower() in OSM_USES:
        return OSM_USES[text.lower()]
    letter = land_letter(text)
    if not letter:
        return Words(text, text)
    return Words(f"{LETTERS[letter].zh} {text}", f"{LETTERS[letter].en} {text}")
