"""The demo district, written and loaded once for all workers of a run; whoever works on it takes a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Engine

from api.operations.demo import load_demo
from layers.cluster import Cluster
from layers.database import open_engine
from layers.demo import DemoFile, read_demo, write_demo
from layers.intake.request import Watch
from tests.conftest import TEMPLATE, Fresh, make_database
from tests.once import once

_DATABASE = "kaimen_demo"
_SILENT = Watch(lambda done, total: None, lambda: None)


def demo_files(run_folder: Path) -> tuple[DemoFile, ...]:
    """Return the files of the district, which nobody changes."""
    folder = run_folder / "demo-files"
    with once(run_folder, "demo-files") as first:
        return write_demo(folder) if first else read_demo(folder)


@contextmanager
def copied_demo(run_folder: Path, cluster: Cluster, fresh: Fresh, home: Path) -> Iterator[Engine]:
    """Give a database with the district loaded, screened and published; its files are put into ``home``."""
    made = run_folder / "demo"
    with once(run_folder, _DATABASE) as first:
        if first:
            _load(run_folder, cluster, made)
    shutil.copytree(made, home, dirs_exist_ok=True)
    with fresh(_DATABASE) as url:
        engine = open_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()


def _load(run_folder: Path, cluster: Cluster, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(demo_files(run_folder)[0].files[0].parent, home / "demo")
    engine = open_engine(make_database(cluster, _DATABASE, TEMPLATE))
    load_demo(engine, home, lambda _: nullcontext(_SILENT), lambda _: None)
    engine.dispose()
