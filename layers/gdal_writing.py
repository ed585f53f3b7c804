"""Files that GDAL writes: it has no error of its own for a disk without room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from layers.disk import without_room


@contextmanager
def written_by_gdal(path: Path) -> Iterator[None]:
    """Raise what GDAL refuses while it writes our own rows, which only the disk can be the reason of.

    Raises
    ------
    StorageError
        With GDAL's words.
    """
    try:
        yield
    except (DataSourceError, DataLayerError, FeatureError) as fault:
        raise without_room(path, str(fault)) from fault
