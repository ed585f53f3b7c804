"""YAML read strictly: every value keeps its line, and every fault is told at once with its repair."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Final

import yaml

_PREFIX: Final = "tag:yaml.org,2002:"
_BOOLEANS: Final = {"true": True, "false": False}


class Reader:
    """Reads one file; faults gather in ``faults``.

    Parameters
    ----------
    file
        Its name, for the words of a fault.
    text
        What stands in it.
    """

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.faults: list[str] = []
        self.root: yaml.Node | None = None
        try:
            self.root = yaml.compose(text, yaml.SafeLoader)
        except yaml.MarkedYAMLError as fault:
            line = fault.problem_mark.line + 1 if fault.problem_mark else 1
            self.faults.append(f"{file}:{line}: {fault.problem}; correct the YAML")
        except yaml.YAMLError as fault:
            self.faults.append(f"{file}:1: {fault}; correct the YAML")
        else:
            if self.root is None:
                self.faults.append(f"{file}:1: the file is empty; state the policy")

    def fault(self, node: yaml.Node, what: str, repair: str) -> None:
        """Note a fault at a node's line."""
        self.faults.append(f"{self.file}:{node.start_mark.line + 1}: {what}; {repair}")

    def mapping(self, node: yaml.Node, allowed: Collection[str] | None = None) -> dict[str, yaml.Node]:
        """Return the entries of a mapping; duplicate keys, and keys that are not allowed, are faults."""
        found: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, "a mapping is needed here", "write KEY: VALUE")
            return found
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.fault(key, "a key is no plain text", "write KEY: VALUE")
                continue
            name = str(key.value)
            if name in found:
                self.fault(key, f"{name} stands twice", "keep one")
            elif allowed is not None and name not in allowed:
                near = get_close_matches(name, allowed, 1)
                meant = f"write {near[0]}" if near else f"use one of {', '.join(allowed)}"
                self.fault(key, f"there is no {name} here", meant)
            else:
                found[name] = value
        return found

    def record(
        self, node: yaml.Node, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, yaml.Node]:
        """Return the entries of a mapping in which some keys must stand."""
        found = self.mapping(node, (*required, *optional))
        if isinstance(node, yaml.MappingNode):
            for name in required:
                if name not in found and not any(key.value == name for key, _ in node.value):
                    self.fault(node, f"{name} is missing", f"add {name}: ...")
        return found

    def items(self, node: yaml.Node) -> Iterator[yaml.Node]:
        """Yield the entries of a list."""
        if isinstance(node, yaml.SequenceNode):
            yield from node.value
        else:
            self.fault(node, "a list is needed here", "write [A, B]")

    def text(self, node: yaml.Node) -> str:
        """Return a text; a fault where it is none or empty."""
        if isinstance(node, yaml.ScalarNode) and node.tag == f"{_PREFIX}str" and node.value.strip():
            return str(node.value)
        self.fault(node, "a text is needed here", 'write words, in "quotes" where they look like a number')
        return ""

    def choice(self, node: yaml.Node, choices: Collection[str]) -> str:
        """Return one of several words."""
        value = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
        if value not in choices:
            near = get_close_matches(value, choices, 1)
            repair = f"write {near[0]}" if near else f"use one of {', '.join(choices)}"
            self.fault(node, f"{value!r} is not known here", repair)
        return value

    def boolean(self, node: yaml.Node) -> bool:
        """Return true or false, written so."""
        if isinstance(node, yaml.ScalarNode) and node.tag == f"{_PREFIX}bool" and node.value in _BOOLEANS:
            return _BOOLEANS[node.value]
        self.fault(node, "neither true nor false", "write true or false")
        return False

    def number(self, node: yaml.Node) -> float:
        """Return a finite number that is not negative; whole numbers come as they are written."""
        if isinstance(node, yaml.ScalarNode) and node.tag in (f"{_PREFIX}int", f"{_PREFIX}float"):
            try:
                value = float(node.value)
            except ValueError:  # other writings of YAML: 0x10, 1:30, .inf
                value = -1.0
            if 0 <= value < float("inf"):
                return int(value) if value.is_integer() else value
        self.fault(node, "no number from 0 on", "write one in digits, without unit")
        return 0.0

    def day(self, node: yaml.Node) -> date:
        """Return a day written as YYYY-MM-DD."""
        if isinstance(node, yaml.ScalarNode):
            try:
                return date.fromisoformat(node.value)
            except ValueError:
                pass
        self.fault(node, "no day", "write it as YYYY-MM-DD")
        return date.min


def is_null(node: yaml.Node) -> bool:
    """Whether a node is an explicit null."""
    return node.tag == f"{_PREFIX}null"


def keys(node: yaml.Node) -> Mapping[str, yaml.Node]:
    """Return the entries of a mapping without a look at its faults; empty for anything else."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
