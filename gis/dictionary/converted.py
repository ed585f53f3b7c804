"""What a converted column is, and the words its faults use."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.dictionary.headers import Binding
from gis.findings import Severity


@dataclass(frozen=True, slots=True)
class ValueFault:
    """One value that could not be taken as it stands.

    Attributes
    ----------
    check
        Name of the finding.
    position
        0-based position of the row in the converted stretch.
    message
        What is wrong, with the column and the value.
    severity
        Severity of the finding.
    rejects_row
        Whether the row is left out; else the value is null and the row stays.
    """

    check: str
    position: int
    message: str
    severity: Severity = Severity.ERROR
    rejects_row: bool = False


@dataclass(slots=True)
class Converted:
    """A converted column: values with None or NaN for null, its faults, and what was assumed throughout."""

    column: NDArray[np.object_] | NDArray[np.float64]
    faults: list[ValueFault] = field(default_factory=list)
    assumptions: dict[str, str] = field(default_factory=dict)


def where(binding: Binding) -> str:
    """Return the words that name where a field's values come from."""
    return f"column {'+'.join(binding.columns)!r}" if binding.columns else f"--map {binding.field.name}"


def as_text(values: pd.Series) -> list[str | None]:
    """Return values as text: whole numbers without a point, None for null."""
    if pd.api.types.is_float_dtype(values.dtype):
        return [None if np.isnan(v) else repr(v).removesuffix(".0") for v in values.astype(float).tolist()]
    return [None if v is None or v is pd.NA or v != v else str(v).strip() or None for v in values.tolist()]  # noqa: PLR0124  # NaN is the value that differs from itself
