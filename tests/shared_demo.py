"""The demo district, loaded once for all workers of a run; whoever works on it takes a copy."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from api.cli import main
from api.operations.demo import load_demo
from gis.dictionary.model import layers
from layers.cluster import Cluster
from layers.database import open_engine
from layers.demo import DemoFile, read_demo
from layers.intake.request import Watch
from tests.conftest import TEMPLATE, Fresh, make_database
from tests.once import once

_DATABASE = "kaimen_demo"
_TOLD = "told.json"


@dataclass(frozen=True, slots=True)
class FirstLoad:
    """What is known of the load: cut off before the second sheet of the capacities, and taken up again.

    Attributes
    ----------
    home
        Where its files lie, which nobody changes.
    before
        Rows of each layer when it was cut off.
    answer
        What the command said that took it up again.
    """

    home: Path
    before: dict[str, int]
    answer: Any


class _CutOffError(Exception):
    """The process was ended."""


def first_load(run_folder: Path, cluster: Cluster) -> FirstLoad:
    """Return what is known of the load, which the first who asks makes."""
    home = run_folder / "demo"
    with once(run_folder, _DATABASE) as first:
        if first:
            shutil.rmtree(home, ignore_errors=True)
            told = _load(make_database(cluster, _DATABASE, TEMPLATE), home)
            (run_folder / _TOLD).write_text(json.dumps(told), encoding="utf-8")
    return FirstLoad(home, *json.loads((run_folder / _TOLD).read_text(encoding="utf-8")))


def demo_files(run_folder: Path, cluster: Cluster) -> tuple[DemoFile, ...]:
    """Return the files of the district, which nobody changes."""
    return read_demo(first_load(run_folder, cluster).home / "demo")


@contextmanager
def copied_demo(run_folder: Path, cluster: Cluster, fresh: Fresh, home: Path) -> Iterator[Engine]:
    """Give a database with the district loaded, screened and published; its files are put into ``home``."""
    shutil.copytree(first_load(run_folder, cluster).home, home, dirs_exist_ok=True)
    with fresh(_DATABASE) as url:
        engine = open_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()


def rows_of(engine: Engine) -> dict[str, int]:
    """Return how many rows each layer has."""
    with engine.connect() as connection:
        return {
            name: connection.execute(text(f"select count(*) from grid.{name}")).scalar_one()
            for name in layers()
        }


def _load(url: str, home: Path) -> tuple[dict[str, int], Any]:
    engine, out = open_engine(url), io.StringIO()
    _load_until_the_second_sheet(engine, home)
    before = rows_of(engine)
    engine.dispose()  # nothing may be connected to what is copied
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out):
        patch.setenv("KAIMEN_DATABASE_URL", url)
        patch.setenv("KAIMEN_HOME", str(home))
        assert main(["demo", "--json"]) == 0
    return before, json.loads(out.getvalue())


def _load_until_the_second_sheet(engine: Engine, home: Path) -> None:
    sheets = count(1)

    def watching(what: str) -> AbstractContextManager[Watch]:
        if what == "import capacity" and next(sheets) == 2:
            raise _CutOffError
        return nullcontext(Watch(lambda *_: None, lambda: None))

    with pytest.raises(_CutOffError):
        load_demo(engine, home, watching, lambda _: None)
