"""The data dictionary as a page: ``python -m gis.dictionary.document > docs/data-dictionary.md``."""

from __future__ import annotations

import sys

from gis.dictionary.model import Field, Layer, choices, layers

_HEAD = """# Data dictionary 数据字典

Every layer and column that `kaimen import` reads. This page is made from `gis/dictionary/*.csv`; the
importers, the database tables and the checks are made from the same files.

A header is recognised by its canonical name, its Chinese header or one of its aliases, whatever their width,
case and blanks, and also when a shapefile has cut it to ten bytes. A unit in the header or beside the value
is converted: VA, kVA, MVA, 万kVA, W, kW, MW, A, kA, V, kV, m, km, m², ha, km², 亩. A number whose unit cannot
be told is refused. Bind other headers by `--map FIELD=COLUMN`; `--map rated_mva=COLUMN` states a unit too.

**Bold** columns are required: a null there is a finding, and the row stays.
"""


def markdown() -> str:
    """Return the page in Markdown."""
    return "\n".join([_HEAD, *(_layer(layer) for layer in layers().values())])


def _layer(layer: Layer) -> str:
    geometry = f"Geometry: {' or '.join(layer.geometry)}." if layer.geometry else "A table without geometry."
    rows = [_row(field) for field in layer.fields]
    head = (
        "| column | Chinese header 中文表头 | also known as 别名 | holds | meaning |\n|---|---|---|---|---|"
    )
    return (
        f"## {layer.name} {layer.zh}\n\n{layer.meaning} ({layer.meaning_zh}). {geometry}\n\n{head}\n"
        + "\n".join(rows)
        + "\n"
    )


def _row(field: Field) -> str:
    name = f"**{field.name}**" if field.required else field.name
    aliases = ", ".join(alias.text for alias in field.aliases)
    return f"| {name} | {field.zh} | {aliases} | {_holds(field)} | {field.meaning} {field.meaning_zh} |"


def _holds(field: Field) -> str:
    if field.type == "reference":
        target = "an asset" if field.target == "assets" else f"one of {field.target}"
        return f"id or name of {target}"
    if field.type in {"choice", "boolean"}:
        spoken = choices("boolean" if field.type == "boolean" else field.name)
        words = dict.fromkeys(spoken.values())
        return "; ".join(f"{word}: {'/'.join(_words(spoken, word))}" for word in words)
    limits = f", {field.range}" if field.range else ""
    return f"{field.type} {field.unit}".strip() + limits


def _words(spoken: dict[str, str], value: str) -> list[str]:
    return [word for word, meaning in spoken.items() if meaning == value and word != value]


if __name__ == "__main__":
    sys.stdout.write(markdown())
