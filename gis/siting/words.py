"""Every word of an assessment that a person reads, Chinese and English.

What stands elsewhere already is not said twice: levels and statuses come from the capacity
(``level.NAME``, ``status.NAME``), facts and operators from the policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from types import MappingProxyType

from gis.capacity.words import LEVEL_WORDS, Status
from gis.policy.model import Scalar
from gis.policy.words import value_words
from gis.policy.words import words as policy_words
from gis.words import Words, read_words


@cache
def vocabulary() -> Mapping[str, Words]:
    """Return all words by key."""
    own = read_words("gis.siting")
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


_TEST_PARTS = 3
_IMPORTANT = "important "


def public_test(test: str | None) -> str | None:
    """Return the failed test as the public is told it: that a user is important (重要用户), by no word.

    >>> public_test("route.length_m at_most 200"), public_test("important is false")
    ('route.length_m at_most 200', None)
    """
    return None if test is None or test.startswith(_IMPORTANT) else test


def words_of_test(test: str) -> Words:
    """Return the one test that failed in words: a reason, or a test of the policy.

    >>> words_of_test("withheld").en, words_of_test("route.length_m at_most 200").en
    ('its figures are withheld by rule', 'length of the route in m: at most 200')

    Parameters
    ----------
    test
        A reason of the interface, or ``FACT OPERATOR LIMIT``; any other text is given back.
    """
    known = vocabulary().get(f"reason.{test}")
    parts = test.split(maxsplit=_TEST_PARTS - 1)
    if known is not None or len(parts) != _TEST_PARTS:
        return known or Words(test, test)
    fact, operator, limit = parts
    told = [policy_words(key) for key in (f"fact.{fact}", f"operator.{operator}")]
    values = [_limit_words(fact, each) for each in limit.split("|")]
    zh, en = "、".join(each.zh for each in values), ", ".join(each.en for each in values)
    return Words(f"{told[0].zh}：{told[1].zh} {zh}", f"{told[0].en}: {told[1].en} {en}")


def _limit_words(fact: str, limit: str) -> Words:
    value: Scalar = {"true": True, "false": False}.get(limit, limit)
    if isinstance(value, str):
        with suppress(ValueError):  # a word of the policy is no number
            value = float(value)
    return Words(value_words(fact, value, "zh"), value_words(fact, value, "en"))
