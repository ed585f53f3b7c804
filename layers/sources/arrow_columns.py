"""Arrow record batches become data frames: text as objects with None, numbers as numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import types

from gis.errors import TextEncodingError
from layers.sources.encoding import shown_bytes


def is_attribute(kind: pa.DataType) -> bool:
    """Whether a column of this type is kept; raw bytes are not."""
    kind = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
    return not (types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind))


def to_frame(columns: Mapping[str, pa.Array], index: pd.Index) -> pd.DataFrame:
    """Return columns as a frame.

    Text is of dtype object with None for null, dates and times are ISO text, lists and records JSON text;
    whole numbers stay whole (``Int64`` where there are nulls), other numbers are floats with NaN.

    Raises
    ------
    TextEncodingError
        A text is not UTF-8; names the column, the row and the bytes.
    """
    series: dict[str, pd.Series] = {}
    for name, column in columns.items():
        try:
            series[name] = _series(column, index)
        except pa.ArrowException:
            _refuse_bytes(name, column, index)
            raise
    return pd.DataFrame(series, index=index)


def as_objects(column: pa.Array) -> NDArray[np.object_]:
    """Return an arrow column as Python objects, None for null."""
    objects: NDArray[np.object_] = column.to_numpy(zero_copy_only=False).astype(object, copy=False)
    return objects


def _refuse_bytes(name: str, column: pa.Array, index: pd.Index) -> None:
    """Raise TextEncodingError for the first text that is not UTF-8."""
    for row, raw in zip(index, column.cast(pa.binary()).to_pylist(), strict=True):
        try:
            (raw or b"").decode()
        except UnicodeDecodeError as fault:
            held = shown_bytes(raw[fault.start :])
            detail = f"Column {name!r} is not UTF-8, as its format demands: row {row} holds the bytes {held}."
            raise TextEncodingError(detail, repair="Export the file again from its source.") from fault


def _series(column: pa.Array, index: pd.Index) -> pd.Series:
    if isinstance(column.type, pa.BaseExtensionType):
        column = column.storage
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if types.is_temporal(column.type):
        column = column.cast(pa.string())
    if types.is_decimal(column.type):
        column = column.cast(pa.float64())
    if types.is_nested(column.type):
        texts = [None if each is None else json.dumps(each, default=str) for each in column.to_pylist()]
        return pd.Series(texts, index=index, dtype=object)
    if types.is_integer(column.type) and column.null_count:
        whole = column.cast(pa.int64(), safe=False).fill_null(0).to_numpy(zero_copy_only=False).copy()
        missing = column.is_null().to_numpy(zero_copy_only=False).copy()
        return pd.Series(pd.arrays.IntegerArray(whole, missing), index=index)
    if types.is_integer(column.type) or types.is_floating(column.type):
        return pd.Series(column.to_numpy(zero_copy_only=False), index=index)
    if types.is_boolean(column.type) and not column.null_count:
        return pd.Series(column.to_numpy(zero_copy_only=False), index=index)
    return pd.Series(as_objects(column), index=index, dtype=object)
