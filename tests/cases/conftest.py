"""One database for each case, and what a user does with it: import files, ask for figures."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from api.operations.imports import import_files
from layers.cluster import Cluster
from layers.database import open_engine
from layers.intake.request import ImportRequest, ImportResult, Watch

SILENT = Watch(lambda done, total: None, lambda: None)


@pytest.fixture(scope="module")
def case_engine(cluster: Cluster, template: str) -> Iterator[Engine]:
    """Give an engine over a database that the tests of a module share."""
    name = f"case_{uuid.uuid4().hex}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy")
        engine = open_engine(cluster.url(name))
        yield engine
        engine.dispose()
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="module")
def bring(case_engine: Engine) -> Callable[..., ImportResult]:
    """Import files: ``bring("parcels", path, dry_run=True)``."""

    def run(layer: str, *files: Path, **options: Any) -> ImportResult:
        return import_files(case_engine, ImportRequest(layer, files, **options), SILENT)

    return run


@pytest.fixture(scope="module")
def rows(case_engine: Engine) -> Callable[[str], list[tuple[Any, ...]]]:
    """Ask the database: ``rows("select class, count(*) from grid.roads group by class")``."""

    def run(statement: str) -> list[tuple[Any, ...]]:
        with case_engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    return run


@pytest.fixture(scope="session")
def told() -> Callable[[ImportResult], Counter[str]]:
    """Count the findings of an import by their check."""
    return lambda result: Counter(finding.check for finding in result.findings)
