"""Values held for compiled loops (整体传入): handed over at once, however many columns they have.

Each call of a compiled loop unpacks every array it is given, which takes about as long as the search for one
parcel. What stays the same from call to call is unpacked once, here.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from numba.core import types
from numba.experimental import structref

from gis.compiled import compiled

_Value = TypeVar("_Value")


@structref.register
class _HeldType(types.StructRef):
    def preprocess_fields(self, fields: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
        return tuple((name, types.unliteral(each)) for name, each in fields)  # type: ignore[no-untyped-call]  # numba tells no types


class Held(structref.StructRefProxy, Generic[_Value]):
    """A value as compiled loops take it in; made by ``hold``.

    Attributes
    ----------
    value
        What is held: for compiled loops alone.
    """

    value: _Value


structref.define_proxy(Held, _HeldType, ["value"])  # type: ignore[no-untyped-call]  # as above


@compiled
def hold(value: _Value) -> Held[_Value]:
    """Return a value, a named tuple of arrays, to be handed to compiled loops; nothing is copied."""
    return Held(value)  # type: ignore[no-untyped-call]  # as above
