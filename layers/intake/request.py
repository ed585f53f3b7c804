"""What is asked of an import, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gis.findings import Finding

Noding = Literal["crossings", "shared", "nodes"]
"""How roads meet: at true crossings of one level, where vertices coincide, or by node ids (OpenStreetMap)."""


OSM = "osm"
"""The word for an OpenStreetMap extract, which fills several layers at once."""

Progress = Callable[[int, int | None], None]
"""Called with the rows done and the rows there are, None where that is not known."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told while an import runs: of rows done, and that another import must end first."""

    progress: Progress
    waiting: Callable[[], None]


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """One import of one or more files into a layer.

    Attributes
    ----------
    layer
        Layer to fill, or ``osm``.
    files
        Files of one kind, all into the same layer and batch.
    crs
        What the user says the coordinates are in; wins over the file.
    encoding
        What the user says the text is in; wins over the file.
    stated
        ``--map``: field -> column, ``=text`` for a constant.
    layer_name
        Layer, sheet or drawing layer inside the file.
    where
        Column -> text: only the rows where all of them agree are read.
    replace
        Rows that the files do not have are deleted.
    dry_run
        Everything is done and nothing is kept.
    aliases
        Reviewed spellings: normal form of a name as given -> (spelling, id or name that is meant).
    noding
        How the roads of this batch meet.
    demo
        Whether the files are the bundled demo district's.
    """

    layer: str
    files: tuple[Path, ...]
    crs: str | None = None
    encoding: str | None = None
    stated: Mapping[str, str] = field(default_factory=dict)
    layer_name: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    replace: bool = False
    dry_run: bool = False
    aliases: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    noding: Noding = "crossings"
    demo: bool = False

    def options(self) -> dict[str, Any]:
        """Return the options as the batch keeps them."""
        return {
            "crs": self.crs,
            "encoding": self.encoding,
            "map": dict(self.stated),
            "layer_name": self.layer_name,
            "where": dict(self.where),
            "replace": self.replace,
            "demo": self.demo,
        }


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows of one layer."""

    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    rejected: int = 0

    @property
    def written(self) -> int:
        """Rows of the files that the layer now holds."""
        return self.inserted + self.updated + self.unchanged

    @property
    def changed(self) -> bool:
        """Whether the layer is another than before."""
        return bool(self.inserted or self.updated or self.deleted)

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did.

    Attributes
    ----------
    layer
        As asked.
    counts
        By layer; one entry unless the source is OpenStreetMap.
    crs, encoding
        As used; several files of different ones are joined by a comma.
    mapping
        Field -> column.
    batch_id
        None for a dry run.
    findings
        In order of severity.
    """

    layer: str
    counts: Mapping[str, Counts]
    crs: str | None
    encoding: str | None
    mapping: Mapping[str, str]
    batch_id: int | None
    findings: tuple[Finding, ...]

    @property
    def total(self) -> Counts:
        """Counts over all layers."""
        return sum(self.counts.values(), Counts())
