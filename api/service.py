"""What requests are answered from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, Final, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.beside import Addresses, Engines, read_here
from api.drawer import Drawer
from api.office import Office
from api.settings import Settings
from api.tiers import Tier
from api.tile_cache import TileCache
from api.together import Together
from layers.queries.published import Told

_Kind = TypeVar("_Kind")

MOST_OF_FILES: Final = 512 << 20
"""Bytes of files made on request that are kept on the disk, to be sent again."""

OF_A_FILE: Final = 8 << 20
"""Bytes that each of them counts beside its own, so that few are open at a time."""


@dataclass(frozen=True, slots=True)
class Service:
    """What requests are answered from; handed in, so that a test or a notebook can serve its own.

    Attributes
    ----------
    settings
        As read from the environment.
    private
        Connections that see the whole database.
    public
        Connections of the role that may read what is for everybody and nothing else (the second wall).
    figures
        Folder in which several processes that serve keep their figures; None where there is one.
    kept
        Answers that were made already, of editions and data versions that never change.
    files
        Files that were made already, of states of the data; they lie on the disk, without a name.
    asked
        What is asked of the newest edition at present, by many at once.
    office
        What sites are assessed from.
    drawer, writer
        Draw notices, and make files of what they read themselves, beside those that answer: a notice does not
        wait for the file of a city.
    """

    settings: Settings
    private: Engine
    public: Engine
    figures: Path | None = None
    kept: TileCache = field(default_factory=TileCache)
    files: TileCache = field(default_factory=partial(TileCache, MOST_OF_FILES, OF_A_FILE))
    asked: Together[str, Told] = field(default_factory=Together)
    office: Office = field(init=False)
    drawer: Drawer = field(init=False)
    writer: Drawer = field(init=False)

    def __post_init__(self) -> None:
        """Open the office and those beside it; each begins when it is first asked."""
        object.__setattr__(self, "office", Office(self.private, self.home))
        for each in ("drawer", "writer"):
            object.__setattr__(self, each, Drawer(self.settings.log_level))

    @property
    def home(self) -> Path:
        """Folder of generated files."""
        return self.settings.home.absolute()

    def engine(self, tier: Tier) -> Engine:
        """Return the connections that requests of a tier are answered from."""
        return self.public if tier is Tier.PUBLIC else self.private

    def beside(self, work: Callable[Concatenate[Engines, ...], _Kind], *given: Any) -> _Kind:  # noqa: ANN401  # whatever is made
        """Return what work gives that reads the database, in the process that writes files.

        Parameters
        ----------
        work, given
            A function of a module, and what it is given after that process's engines.

        Raises
        ------
        LaterError, KaimenError, DrawingError
            As ``Drawer.draw``.
        SQLAlchemyError
            The database refused.
        """
        addresses = Addresses.of(self.private, self.public)
        made: _Kind | SQLAlchemyError = self.writer.draw(read_here, addresses, work, *given)
        if isinstance(made, SQLAlchemyError):
            raise made
        return made
