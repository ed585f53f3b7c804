"""The checks as a page: ``python -m gis.network.document > docs/checks.md``."""

from __future__ import annotations

import sys
from dataclasses import fields

from gis.network.check import CHECKS
from gis.network.checks.parameters import CheckParameters

_HEAD = """# Checks 核查项目

`kaimen check` runs all of them over the whole grid. A finding of severity *error* means that a figure that
rests on it would be wrong, and publishing is refused while one is open; a *warning* is worth a look. Each
finding names the thing, the place and the repair. `--out findings.gpkg` writes them for QGIS.

| check | severity | 中文 | what it finds |
|---|---|---|---|
"""

_PARAMETERS = """
## Thresholds 阈值

| name | value |
|---|---|
"""


def markdown() -> str:
    """Return the page in Markdown."""
    ordered = sorted(CHECKS.values(), key=lambda each: (each.severity.value, each.name))
    rows = [
        f"| `{each.name}` | {each.severity.value} | {each.zh} | {_line(each.meaning)} |" for each in ordered
    ]
    values = CheckParameters()
    thresholds = [f"| `{each.name}` | {_shown(getattr(values, each.name))} |" for each in fields(values)]
    return _HEAD + "\n".join(rows) + "\n" + _PARAMETERS + "\n".join(thresholds) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _shown(value: object) -> str:
    return ", ".join(map(str, sorted(value))) if isinstance(value, set | frozenset | tuple) else str(value)


if __name__ == "__main__":
    sys.stdout.write(markdown())
