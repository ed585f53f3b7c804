"""Every word of the maps that a person reads, Chinese and English, from one file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from gis.policy.words import vocabulary as policy_vocabulary
from gis.siting.words import vocabulary as siting_vocabulary
from gis.words import Words, read_words
from maps import style

_TEST_PARTS: Final = 3


@cache
def vocabulary() -> Mapping[str, Words]:
    """Return all words by key, the names and meanings of the style table among them."""
    found = read_words("maps")
    for kind, table in (("class", style.CLASSES), ("status", style.STATUSES)):
        for key, look in table.items():
            found[f"{kind}.{key}"] = look.words
            found[f"{kind}.{key}.meaning"] = look.meaning
    procedures = {key: each for key, each in policy_vocabulary().items() if key.startswith("procedure.")}
    return MappingProxyType(found | procedures)


def words(key: str, *values: object) -> Words:
    """Return the words of a key with the values in their places; KeyError where there are none.

    >>> words("reach", 200).zh
    '接入点 200 m 以内'
    """
    found = vocabulary()[key]
    return Words(found.zh.format(*values), found.en.format(*values)) if values else found


def failed_test_words(test: str) -> Words:
    """Return the one test that failed as people say it.

    Parameters
    ----------
    test
        A reason, or a test of the policy as ``FACT OPERATOR VALUE``; any other text is given back.

    Examples
    --------
    >>> failed_test_words("route.length_m at_most 200").en
    'length of the route in m: at most 200'
    >>> failed_test_words("withheld").zh
    '该设备信息按规定不公开'
    """
    known = siting_vocabulary().get(f"reason.{test}")
    if known:
        return known
    parts = test.split(maxsplit=_TEST_PARTS - 1)
    policy = policy_vocabulary()
    if len(parts) == _TEST_PARTS and {f"fact.{parts[0]}", f"operator.{parts[1]}"} <= policy.keys():
        fact, operator = policy[f"fact.{parts[0]}"], policy[f"operator.{parts[1]}"]
        value = policy.get(f"value.{parts[0]}.{parts[2]}") or policy.get(f"value.{parts[2]}")
        said = value or Words(parts[2], parts[2])
        return Words(f"{fact.zh}：{operator.zh} {said.zh}", f"{fact.en}: {operator.en} {said.en}")
    return Words(test, test)
