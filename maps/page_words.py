"""Every word of the service's pages (网页用语), Chinese and English, by key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from gis.policy.words import vocabulary as policy_vocabulary
from gis.siting.words import vocabulary as siting_vocabulary
from gis.words import Language, Words, read_words

_OF_POLICY: Final = (
    "kind.", "part.", "procedure.", "way.", "invested_to.", "stage.", "clock.", "document.",
    "document_stage.", "fact.", "value.", "operator.", "passed.",
)  # fmt: skip
_OF_SITING: Final = (
    "class.", "class_why.", "advice.", "reason.", "piece.", "access_point.", "independence.", "level.",
    "status.", "warning.",
)  # fmt: skip
_ON_SERVER: Final = (
    *(
        "table.",
        "editions.",
        "parcel.",
        "warning.",
        "empty.",
        "head.",
        "foot.",
        "nav.",
        "site.",
        "skip.",
        "unit.",
    ),
    *("job.", "screen.", "planner.", "interface."),
)
"""What no script of the map says."""


@cache
def vocabulary() -> Mapping[str, Words]:
    """Return all words of the pages by key, those of policy and siting among them."""
    own = read_words("maps", "page_words.yaml")
    found: dict[str, Words] = {}
    for table, kinds in ((policy_vocabulary(), _OF_POLICY), (siting_vocabulary(), _OF_SITING)):
        found |= {key: each for key, each in table.items() if key.startswith(kinds)}
    return MappingProxyType(found | own)


def say(language: Language, key: str, *values: object) -> str:
    """Return the words of a key with the values in their places; those of ``KEY.one`` for a value of 1.

    >>> say("en", "head.edition", "2026-Q4-1")
    'edition 2026-Q4-1'
    >>> say("en", "table.count", 1), say("en", "table.count", 2)
    ('1 row on this page', '2 rows on this page')

    Raises
    ------
    KeyError
        There are none.
    """
    words = vocabulary()
    found = words[f"{key}.one" if 1 in values and f"{key}.one" in words else key][language]
    return found.format(*values) if values else found


def words_json(language: Language, kinds: tuple[str, ...] = ()) -> str:
    """Return the words that scripts say, as JSON that is safe inside a script element.

    Parameters
    ----------
    language
        Of the words.
    kinds
        What the keys begin with; by default all that the scripts of the map say.
    """
    told = {
        key: each[language]
        for key, each in vocabulary().items()
        if (key.startswith(kinds) if kinds else not key.startswith(_ON_SERVER))
    }
    return embedded(told)


def embedded(value: object) -> str:
    """Return a value as JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
