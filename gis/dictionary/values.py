"""Values of a file become values of the layer: numbers in canonical units, words, dates, ids."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.dictionary.converted import Converted, ValueFault, as_text, where
from gis.dictionary.figures import convert_figures
from gis.dictionary.headers import Binding
from gis.dictionary.model import Field, choices
from gis.dictionary.numbers import CommaUse, is_null

_LONGEST_NULL = 8
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 80_000)
_DATE = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})日?(?:[ T].*)?|(\d{4})(\d{2})(\d{2})")
_C1_CONTROLS = re.compile("[\x80-\x9f]")
_FOUR_HIGH_BYTES = re.compile("[\xa1-\xfe]{4}")


def source_text(binding: Binding, rows: pd.DataFrame) -> pd.Series:
    """Return what feeds a field, joined where several columns do."""
    if binding.constant is not None:
        return pd.Series(binding.constant, index=rows.index, dtype=object)
    if len(binding.columns) == 1:
        return rows[binding.columns[0]]
    parts = [as_text(rows[column]) for column in binding.columns]
    joined = ["/".join(row) if all(row) else None for row in zip(*parts, strict=True)]
    return pd.Series(joined, index=rows.index, dtype=object)


def convert(
    binding: Binding,
    rows: pd.DataFrame,
    *,
    commas: CommaUse | None = None,
    power_factor: NDArray[np.float64] | None = None,
) -> Converted:
    """Convert the values of one field.

    Parameters
    ----------
    binding
        The field and what feeds it.
    rows
        Rows of the source.
    commas
        What the whole file says about the column's comma.
    power_factor
        shape (n,), NaN where a row states none; turns kW into kVA.

    Returns
    -------
    Converted
        Numbers as float64, everything else as objects.
    """
    values = source_text(binding, rows)
    if binding.field.type in {"number", "integer"}:
        return convert_figures(binding, values, commas or CommaUse(), power_factor)
    readers: dict[str, Callable[[str, Field], object]] = {
        "text": _read_text,
        "reference": _read_text,
        "choice": _read_choice,
        "boolean": _read_choice,
        "date": _read_date,
    }
    return _distinct(binding, values, readers[binding.field.type])


def looks_broken(text: str) -> bool:
    """Whether a text was decoded with the wrong encoding before it came here (乱码).

    >>> looks_broken("ÏßÂ·Ãû³Æ"), looks_broken("10kV北洋线"), looks_broken("Żejtun café")
    (True, False, False)
    """
    if text.isascii():
        return False
    if "\ufffd" in text or "锟斤拷" in text or _C1_CONTROLS.search(text):
        return True
    if _FOUR_HIGH_BYTES.search(text) and _holds_hanzi(text, "latin-1", "gb2312"):
        return True
    return _holds_hanzi(text, "cp1252", "utf-8")


def _holds_hanzi(text: str, wrong: str, right: str) -> bool:
    """Whether the text is Chinese once its decoding is done right."""
    try:
        decoded = text.encode(wrong).decode(right)
    except UnicodeError:
        return False
    return any("\u4e00" <= character <= "\u9fff" for character in decoded)


def _distinct(binding: Binding, values: pd.Series, read: Callable[[str, Field], object]) -> Converted:
    """Convert each distinct value once."""
    plain = pd.api.types.is_datetime64_any_dtype(values.dtype)
    texts = values.dt.strftime("%Y-%m-%d").tolist() if plain else as_text(values)
    plain_text = read is _read_text and all(
        text is None or (text.isascii() and text[0].isalnum() and "\x00" not in text) for text in texts
    )
    if plain_text and not any(
        is_null(text) for text in texts if text is not None and len(text) < _LONGEST_NULL
    ):
        return Converted(np.array(texts, dtype=object))  # nothing in it can be wrong
    codes, uniques = pd.factorize(np.asarray(texts, dtype=object))
    read_values = np.empty(len(uniques) + 1, dtype=object)
    faulty: dict[int, tuple[str, str]] = {}
    for code, text in enumerate(uniques):
        try:
            read_values[code] = read(text, binding.field)
        except _ValueRefusedError as refused:
            faulty[code] = refused.check, f"{where(binding)}: {refused}"
    faults = [
        ValueFault(faulty[code][0], position, faulty[code][1], rejects_row=faulty[code][0] == "text_broken")
        for position, code in enumerate(codes.tolist())
        if code in faulty
    ]
    return Converted(read_values[codes], faults)


class _ValueRefusedError(ValueError):
    def __init__(self, check: str, words: str) -> None:
        super().__init__(words)
        self.check = check


def _read_text(text: str, column: Field) -> str | None:
    if (column.name == "id" or column.type == "reference") and is_null(text):
        return None
    if looks_broken(text):
        raise _ValueRefusedError("text_broken", f"{text!r} was decoded with a wrong encoding before")
    return text.replace("\x00", "") or None


def _read_choice(text: str, column: Field) -> object:
    words = choices("boolean" if column.type == "boolean" else column.name)
    folded = unicodedata.normalize("NFKC", text).strip().lower()
    value = words.get(folded) or words.get(folded.removesuffix(".0"))
    if value is not None:
        return value == "true" if column.type == "boolean" else value
    if is_null(text):
        return None
    allowed = ", ".join(dict.fromkeys(words.values()))
    raise _ValueRefusedError("choice_unknown", f"{text!r} is none of {allowed}")


def _read_date(text: str, _: Field) -> date | None:
    clean = unicodedata.normalize("NFKC", text).strip()
    if is_null(clean):
        return None
    match = _DATE.fullmatch(clean)
    if match:
        year, month, day = (int(part) for part in match.groups() if part)
        try:
            return date(year, month, day)
        except ValueError:
            raise _ValueRefusedError("value_unreadable", f"{text!r} is not a day of the calendar") from None
    if clean.isdigit() and int(clean) in _EXCEL_DAYS:
        return _EXCEL_EPOCH + timedelta(days=int(clean))
    try:
        return datetime.fromisoformat(clean).date()
    except ValueError:
        raise _ValueRefusedError("value_unreadable", f"{text!r} is not a date; write YYYY-MM-DD") from None
