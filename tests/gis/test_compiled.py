"""Compiled code is kept on disk: what an older version left there never stops a newer one."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numba

from gis.corridors.setbacks import setback_m


class _Lost:
    """Stands for a type whose module is no more."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (_import_lost, ())


def _import_lost() -> None:
    message = "No module named 'lost'"
    raise ModuleNotFoundError(message)


def test_an_index_that_names_a_lost_type_holds_nothing(tmp_path: Path) -> None:
    dispatcher: Any = setback_m
    kept = dispatcher._cache._cache_file
    index = tmp_path / "index.nbi"
    index.write_bytes(pickle.dumps(numba.__version__) + pickle.dumps((kept._source_stamp, {_Lost(): "a"})))
    was = kept._index_path
    kept._index_path = str(index)
    try:
        assert kept._load_index() == {}
    finally:
        kept._index_path = was
