"""Every word of an assessment that a person reads, Chinese and English.

What stands elsewhere already is not said twice: levels and statuses come from the capacity
(``level.NAME``, ``status.NAME``), facts and operators from the policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

import yaml

from gis.capacity.words import LEVEL_WORDS, Status
from gis.policy.model import Language, Operator, Scalar, Words
from gis.policy.words import value_words
from gis.policy.words import words as policy_words


@cache
def vocabulary() -> Mapping[str, Words]:
    """Return all words by key."""
    text = resources.files("gis.siting").joinpath("words.yaml").read_text(encoding="utf-8")
    own = {key: Words(**pair) for key, pair in yaml.safe_load(text).items()}
    levels = {f"level.{level}": Words(*pair) for level, pair in LEVEL_WORDS.items()}
    statuses = {f"status.{status}": Words(status.zh, status.en) for status in Status}
    return MappingProxyType(own | levels | statuses)


def words(key: str) -> Words:
    """Return the words of a key.

    >>> words("class.plug_and_play").zh, words("level.feeder").en
    ('开门即接', 'feeder')

    Raises
    ------
    KeyError
        There are none.
    """
    return vocabulary()[key]


def boundary_words(fact: str, operator: Operator, limit: Scalar | None) -> Words:
    """Return a test of a policy in words: the fact, how it is compared, and with what.

    >>> boundary_words("route.length_m", "at_most", 600).en
    'length of the route in m at most 600'

    Parameters
    ----------
    fact, operator
        As the policy names them.
    limit
        The boundary.
    """

    def said(language: Language) -> str:
        told = (
            policy_words(f"fact.{fact}")[language],
            policy_words(f"operator.{operator}")[language],
            value_words(fact, limit, language),
        )
        return " ".join(told)

    return Words(said("zh"), said("en"))
