"""Settings that a utility states in a TOML file of its own, over defaults beside the code (参数文件).

A file states only what it changes, each key once. All faults are told at once, each with its repair.
"""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from importlib import resources
from itertools import pairwise
from typing import Any, Final, TypeVar

from gis.errors import InputError


@dataclass(frozen=True, slots=True)
class Stated:
    """Values with where they come from.

    Attributes
    ----------
    name
        Name of the file the values come from.
    version
        Version that file states; that of the defaults where it states none.
    base_version
        Version of the defaults that fill in what the file leaves out.
    overridden
        Keys whose value the file states, in the order of the attributes.
    """

    name: str
    version: str
    base_version: str
    overridden: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values in one order: what an edition keeps and hashes."""
        values = {key: getattr(self, key) for key in keys_of(type(self))}
        return {
            "name": self.name,
            "version": self.version,
            "base_version": self.base_version,
            "overridden": list(self.overridden),
            "values": {key: list(each) if isinstance(each, tuple) else each for key, each in values.items()},
        }


_Kind = TypeVar("_Kind", bound=Stated)

_ABOUT: Final = frozenset(each.name for each in fields(Stated))


def keys_of(kind: type[Stated]) -> tuple[str, ...]:
    """Return the names of the settings of a kind, in order."""
    return tuple(each.name for each in fields(kind) if each.name not in _ABOUT)


@dataclass(frozen=True, slots=True)
class Number:
    """A number between two bounds; the upper one is allowed itself."""

    low: float
    low_included: bool
    high: float
    whole: bool = False

    def fault(self, value: object) -> str:
        """Return what is wrong with a value and how to mend it; "" where nothing is."""
        kind = "a whole number" if self.whole else "a number"
        bounds = (
            f"{'at least' if self.low_included else 'more than'} {self.low:g} and at most {self.high:,.0f}"
        )
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return f"{value!r} is not {kind}; write {kind} {bounds}, without quotes."
        above = value >= self.low if self.low_included else value > self.low
        inside = math.isfinite(value) and above and value <= self.high
        return "" if inside else f"{value:g} is out of range; write {kind} {bounds}."

    def kept(self, value: Any) -> Any:  # noqa: ANN401  # what the rule has let pass
        """Return the value as it is kept."""
        return value if self.whole else float(value)


@dataclass(frozen=True, slots=True)
class Word:
    """One of a few words."""

    words: tuple[str, ...]

    def fault(self, value: object) -> str:
        """Return what is wrong with a value and how to mend it; "" where nothing is."""
        allowed = " or ".join(f'"{word}"' for word in self.words)
        return "" if value in self.words else f"{value!r} is no word of it; write {allowed}."

    def kept(self, value: Any) -> Any:  # noqa: ANN401  # what the rule has let pass
        """Return the value as it is kept."""
        return value


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def fault(self, value: object) -> str:
        """Return what is wrong with a value and how to mend it; "" where nothing is."""
        return "" if isinstance(value, bool) else f"{value!r} is neither true nor false; write one of them."

    def kept(self, value: Any) -> Any:  # noqa: ANN401  # what the rule has let pass
        """Return the value as it is kept."""
        return value


@dataclass(frozen=True, slots=True)
class Words:
    """Free text of one line."""

    longest: int = 2000

    def fault(self, value: object) -> str:
        """Return what is wrong with a value and how to mend it; "" where nothing is."""
        if not isinstance(value, str):
            return f"{value!r} is no text; write it in quotes."
        if len(value) > self.longest or any(ord(letter) < ord(" ") for letter in value):
            return f"is no text of one line; write at most {self.longest:,} letters without line breaks."
        return ""

    def kept(self, value: Any) -> Any:  # noqa: ANN401  # what the rule has let pass
        """Return the value as it is kept."""
        return value


@dataclass(frozen=True, slots=True)
class Rising:
    """Numbers that rise, the first of them 0; or none."""

    high: float

    def fault(self, value: object) -> str:
        """Return what is wrong with a value and how to mend it; "" where nothing is."""
        repair = f"write rising numbers from 0 to at most {self.high:,.0f}, as in [0, 500, 2000], or []."
        numbers = isinstance(value, list) and all(
            isinstance(each, int | float) and not isinstance(each, bool) for each in value
        )
        if not isinstance(value, list) or not numbers:
            return f"{value!r} is no list of numbers; {repair}"
        rises = all(one < two for one, two in pairwise(value))
        good = not value or (value[0] == 0 and rises and value[-1] <= self.high)
        return "" if good else f"{value!r} does not rise from 0; {repair}"

    def kept(self, value: Any) -> Any:  # noqa: ANN401  # what the rule has let pass
        """Return the value as it is kept."""
        return tuple(float(each) for each in value)


@dataclass(frozen=True, slots=True)
class Span:
    """The two ends of a range, the lower one first."""

    high: float

    def fault(self, value: object) -> str:
        """Return what is wrong with a value and how to mend it; "" where nothing is."""
        repair = f"write two numbers from 0 to {self.high:,.0f}, the lower one first, as in [30, 70]."
        numbers = isinstance(value, list) and all(
            isinstance(each, int | float) and not isinstance(each, bool) for each in value
        )
        if not isinstance(value, list) or not numbers or len(value) != len(("low", "high")):
            return f"{value!r} is no range; {repair}"
        return "" if 0 <= value[0] <= value[1] <= self.high else f"{value!r} is out of range; {repair}"

    def kept(self, value: Any) -> Any:  # noqa: ANN401  # what the rule has let pass
        """Return the value as it is kept."""
        return tuple(float(each) for each in value)


Rule = Number | Word | Flag | Words | Rising | Span


def read_toml(text: str, name: str) -> dict[str, Any]:
    """Return what a file states.

    Raises
    ------
    InputError
        Where it is no TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise InputError(
            f"{name} is no TOML: {fault}.", repair="Write one `key = value` a line, each key once."
        ) from fault


def checked(
    stated: Mapping[str, Any],
    base: Mapping[str, Any],
    name: str,
    rules: Mapping[str, Rule],
    together: Callable[[Mapping[str, Any]], Sequence[str]] = lambda _: (),
) -> dict[str, Any]:
    """Return every value by its key, the stated ones over the base.

    Parameters
    ----------
    stated
        What the file says, with or without its ``version``, which has to be a text.
    base
        Values that stand where it says nothing.
    name
        Of the file.
    rules
        Key -> what is allowed.
    together
        Faults of values that do not go together; asked where each alone is right.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    version = stated.get("version", "")
    faults = [] if isinstance(version, str) else ['version: is no text; write version = "2026.1".']
    values = dict(base)
    for key, value in stated.items():
        if key == "version":
            continue
        fault = rules[key].fault(value) if key in rules else _unknown(key, rules)
        if fault:
            faults.append(f"{key}: {fault}")
        else:
            values[key] = rules[key].kept(value)
    faults += [] if faults else together(values)
    if faults:
        raise InputError(
            f"{name} states parameters that cannot be used.",
            repair="Correct these keys; leave out those that keep their default.",
            faults=tuple(faults),
        )
    return {key: values[key] for key in rules}


def defaults(kind: type[_Kind], package: str, file: str, rules: Mapping[str, Rule]) -> _Kind:
    """Return the settings of a kind as the file beside the code states them, each of them."""
    stated = tomllib.loads(resources.files(package).joinpath(file).read_text(encoding="utf-8"))
    version = stated["version"]
    return kind("default", version, version, (), **checked(stated, {}, "default", rules))


def overlaid(
    base: _Kind,
    text: str,
    name: str,
    rules: Mapping[str, Rule],
    together: Callable[[Mapping[str, Any]], Sequence[str]] = lambda _: (),
) -> _Kind:
    """Return settings with what a utility's own file states put over them.

    Parameters
    ----------
    base
        The defaults.
    text
        TOML; any of the keys, each at most once.
    name
        Name of the file, for messages and for the edition.
    rules, together
        See ``checked``.

    Raises
    ------
    InputError
        With every fault of the file: no TOML, an unknown key, a wrong type, a value out of range.
    """
    stated = read_toml(text, name)
    keys = keys_of(type(base))
    values = checked(stated, {key: getattr(base, key) for key in keys}, name, rules, together)
    return replace(
        base,
        name=name,
        version=stated.get("version", base.version),
        overridden=tuple(key for key in keys if key in stated),
        **values,
    )


def _unknown(key: str, rules: Mapping[str, Rule]) -> str:
    near = difflib.get_close_matches(key, list(rules), n=1)
    return "is no parameter; " + (f"did you mean {near[0]}?" if near else "remove it.")
