"""Work that reads the database in a process beside the one that serves (旁路读取).

What goes there is an address and what is asked for, what comes back is a file: the process that serves never
holds the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Concatenate, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from layers.database import open_serving_engine
from layers.public_wall import open_public_engine

_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class Engines:
    """Both pools of a process.

    Attributes
    ----------
    private
        Connections that see the whole database.
    public
        Connections of the role that may read what is for everybody and nothing else (the second wall).
    """

    private: Engine
    public: Engine


@dataclass(frozen=True, slots=True)
class Addresses:
    """URLs of both logins, with their passwords; sent through a pipe, and never shown."""

    private: str = field(repr=False)
    public: str = field(repr=False)

    @classmethod
    def of(cls, private: Engine, public: Engine) -> Addresses:
        """Return those that engines connect to."""
        shown = (each.url.render_as_string(hide_password=False) for each in (private, public))
        return cls(*shown)

    def open(self) -> Engines:
        """Return pools of this process's own."""
        return Engines(open_serving_engine(self.private), open_public_engine(self.public))


def read_here(
    addresses: Addresses, work: Callable[Concatenate[Engines, ...], _Kind], *given: object
) -> _Kind | SQLAlchemyError:
    """Return what work gives that reads the database, or what the database refused it for.

    Parameters
    ----------
    addresses
        Connections to them are opened for this work, and closed after it.
    work, given
        A function of a module, and what it is given after the engines.
    """
    engines = addresses.open()
    try:
        return work(engines, *given)
    except SQLAlchemyError as fault:
        return fault  # a value: whoever asked raises it, and tells it as its own
    finally:
        engines.private.dispose()
        engines.public.dispose()
