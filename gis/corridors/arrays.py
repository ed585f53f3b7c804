"""Values laid out as named arrays, and put together again from them (展平与还原).

A value is a frozen dataclass or a NamedTuple whose fields are arrays, numbers or such values again. Its
arrays are named by the way to them: ``graph.streets.node_x``. An array of texts becomes three: the texts
as UTF-8 in one run, where each begins, and which are missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Final, TypeVar, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from gis.corridors.streets import Objects

AnyArray = NDArray[Any]

_Value = TypeVar("_Value")

_TEXT, _START, _MISSING = ":text", ":start", ":missing"
_ENCODING: Final = ("utf-8", "surrogatepass")  # every text of Python comes back as it was
_NUMBERS: Final[Mapping[object, tuple[type[np.generic], tuple[type, ...]]]] = {
    bool: (np.bool_, (bool,)),
    int: (np.int64, (int,)),
    float: (np.float64, (float, int)),
}
"""Type of a field -> how it is stored, and which values it takes."""


def to_arrays(value: object) -> dict[str, AnyArray]:
    """Return the arrays of a value by name; numbers are arrays without an axis.

    Raises
    ------
    TypeError
        A field is of a type that has no layout, or holds something else than its type says; it is named.
    """
    found: dict[str, AnyArray] = {}
    _flatten(type(value), value, type(value).__name__, "", found)
    return found


def from_arrays(kind: type[_Value], arrays: Mapping[str, AnyArray]) -> _Value:
    """Return the value whose arrays these are; they are kept, not copied, except texts.

    Raises
    ------
    KeyError
        An array is missing.
    TypeError
        A field is of a type that has no layout; it is named.
    """
    value: _Value = _restore(kind, arrays, kind.__name__, "")
    return value


def layout(kind: type) -> tuple[str, ...]:
    """Return name and type of all arrays and numbers of a type, ``graph.streets.node_x: ...``, in order.

    Raises
    ------
    TypeError
        A field is of a type that has no layout; it is named.
    """
    return tuple(_layout(kind, kind.__name__, ""))


@cache
def _members(hint: Any) -> Mapping[str, Any] | None:  # noqa: ANN401  # a type hint has no type
    """Return the types of the fields of a dataclass or a NamedTuple; None for anything else."""
    if not isinstance(hint, type):
        return None
    if is_dataclass(hint):
        names = tuple(field.name for field in fields(hint))
    elif issubclass(hint, tuple) and hasattr(hint, "_fields"):
        names = tuple(hint._fields)
    else:
        return None
    hints = get_type_hints(hint)
    return {name: hints.get(name, Any) for name in names}


def _is_array(hint: object) -> bool:
    return hint is np.ndarray or get_origin(hint) is np.ndarray


def _below(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _unknown(hint: object, place: str) -> TypeError:
    return TypeError(f"{place} is of type {hint}, which is no array, number, dataclass or NamedTuple")


def _layout(hint: Any, place: str, name: str) -> list[str]:  # noqa: ANN401  # as above
    members = _members(hint)
    if members is not None:
        below = ((_below(place, each), _below(name, each), kind) for each, kind in members.items())
        return [line for where, path, kind in below for line in _layout(kind, where, path)]
    if not _is_array(hint) and hint not in _NUMBERS:
        raise _unknown(hint, place)
    return [f"{name}: {hint}"]


def _flatten(
    hint: Any,  # noqa: ANN401  # as above
    value: object,
    place: str,
    name: str,
    found: dict[str, AnyArray],
) -> None:
    members = _members(hint)
    if members is not None:
        if type(value) is not hint:
            raise TypeError(f"{place} holds {type(value).__name__}, not {hint.__name__}")
        for each, kind in members.items():
            _flatten(kind, getattr(value, each), _below(place, each), _below(name, each), found)
    elif _is_array(hint):
        found.update(_arrays_of(value, place, name))
    elif hint in _NUMBERS:
        stored, taken = _NUMBERS[hint]
        if not isinstance(value, taken):
            raise TypeError(f"{place} holds {type(value).__name__}, not {hint.__name__}")
        found[name] = np.asarray(value, dtype=stored)
    else:
        raise _unknown(hint, place)


def _restore(hint: Any, arrays: Mapping[str, AnyArray], place: str, name: str) -> Any:  # noqa: ANN401  # as above
    members = _members(hint)
    if members is not None:
        return hint(
            **{
                each: _restore(kind, arrays, _below(place, each), _below(name, each))
                for each, kind in members.items()
            }
        )
    if _is_array(hint):
        return arrays[name] if name + _TEXT not in arrays else _texts(arrays, name)
    if hint in _NUMBERS:
        return hint(arrays[name])
    raise _unknown(hint, place)


def _arrays_of(value: object, place: str, name: str) -> dict[str, AnyArray]:
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{place} holds {type(value).__name__}, not an array")
    if value.dtype != object:
        return {name: value}
    flat = value.ravel().tolist()
    strange = next((each for each in flat if each is not None and not isinstance(each, str)), None)
    if strange is not None:
        raise TypeError(f"{place} holds {type(strange).__name__} among its texts")
    encoded = [b"" if each is None else each.encode(*_ENCODING) for each in flat]
    start = np.zeros(len(flat) + 1, dtype=np.int64)
    np.cumsum([len(each) for each in encoded], out=start[1:])
    missing = np.array([each is None for each in flat], dtype=bool)
    return {
        name + _TEXT: np.frombuffer(b"".join(encoded), dtype=np.uint8),
        name + _START: start,
        name + _MISSING: missing.reshape(value.shape),
    }


def _texts(arrays: Mapping[str, AnyArray], name: str) -> Objects:
    text, missing = arrays[name + _TEXT].tobytes(), arrays[name + _MISSING]
    start = arrays[name + _START].tolist()
    flat = np.empty(missing.size, dtype=object)
    flat[:] = [
        None if gone else text[begin:end].decode(*_ENCODING)
        for begin, end, gone in zip(start[:-1], start[1:], missing.ravel().tolist(), strict=True)
    ]
    return flat.reshape(missing.shape)
