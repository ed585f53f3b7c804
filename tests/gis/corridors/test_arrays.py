"""Values laid out as arrays come back as they were, to the byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy
from numpy.typing import NDArray

from gis.corridors.arrays import from_arrays, layout, to_arrays
from gis.corridors.graph import CornerGraph
from gis.metric_zone import MetricZone


class Stretch(NamedTuple):
    low_cm: NDArray[np.int32]
    names: NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Scale:
    zone: MetricZone
    level: int
    share: float
    known: bool


@dataclass(frozen=True, slots=True)
class Whole:
    scale: Scale
    stretch: Stretch
    any_kind: NDArray[Any]
    bare: np.ndarray

    @property
    def ends(self) -> int:
        return len(self.bare)


def whole(**changed: Any) -> Whole:
    values: dict[str, Any] = {
        "scale": Scale(MetricZone(4547, 114.0, 1.0, 6_371_000.0), -3, 0.1, True),
        "stretch": Stretch(np.array([1, 2], dtype=np.int32), texts("a", None)),
        "any_kind": np.zeros((2, 0), dtype=np.float32),
        "bare": np.array(7.0),
    }
    return Whole(**(values | changed))


def texts(*values: str | None) -> NDArray[np.object_]:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    if one.dtype == object:
        return other.dtype == object and one.shape == other.shape and one.tolist() == other.tolist()
    return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())


KINDS = of_numpy.scalar_dtypes()
ANY_ARRAY = of_numpy.arrays(KINDS, of_numpy.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
ANY_TEXTS = st.lists(st.none() | st.text(st.characters(), max_size=5), max_size=8).map(
    lambda values: texts(*values)
)


@settings(deadline=None, max_examples=200)
@given(array=ANY_ARRAY, names=ANY_TEXTS)
def test_every_array_comes_back_to_the_byte(array: NDArray[Any], names: NDArray[np.object_]) -> None:
    value = whole(stretch=Stretch(np.zeros(0, dtype=np.int32), names), any_kind=array)
    found = from_arrays(Whole, to_arrays(value))
    assert same(found.any_kind, array)
    assert same(found.stretch.names, names)
    assert same(found.stretch.low_cm, value.stretch.low_cm)


def test_texts_keep_their_shape_their_gaps_and_what_is_rare() -> None:
    odd = texts("", None, "梁子湖\0路", "\ud800", "a" * 1000, None).reshape(2, 3)
    arrays = to_arrays(Stretch(np.zeros(0, dtype=np.int32), odd))
    assert not any(array.dtype.hasobject for array in arrays.values())
    found = from_arrays(Stretch, arrays).names
    assert same(found, odd)


def test_numbers_come_back_as_numbers() -> None:
    found = from_arrays(Whole, to_arrays(whole(bare=np.zeros(3)))).scale
    assert found == whole().scale
    assert [type(each) for each in (found.level, found.share, found.known)] == [int, float, bool]
    whole_number = to_arrays(Scale(MetricZone(4547, 114, 1, 6_371_000), 2**62, float("inf"), False))
    assert from_arrays(Scale, whole_number).zone == MetricZone(4547, 114.0, 1.0, 6_371_000.0)
    assert from_arrays(Scale, whole_number).level == 2**62


def test_arrays_are_named_by_the_way_to_them_and_shared() -> None:
    value = whole()
    arrays = to_arrays(value)
    assert arrays["stretch.low_cm"] is value.stretch.low_cm
    assert arrays["scale.zone.epsg"].shape == ()
    assert set(arrays) == {
        *(f"scale.zone.{name}" for name in ("epsg", "central_meridian_deg", "k0", "radius_m")),
        *(f"scale.{name}" for name in ("level", "share", "known")),
        *(f"stretch.names:{part}" for part in ("text", "start", "missing")),
        "stretch.low_cm",
        "any_kind",
        "bare",
    }
    assert from_arrays(Whole, arrays).stretch.low_cm is value.stretch.low_cm


def test_a_corner_graph_comes_back(make_graph: Any) -> None:
    graph = make_graph([[(0, 0), (100, 0)], [(100, 0), (100, 90), (0, 90)], [(100, 0), (200, 10)]])
    arrays = to_arrays(graph)
    found = to_arrays(from_arrays(CornerGraph, arrays))
    assert list(found) == list(arrays)
    assert all(same(found[name], arrays[name]) for name in arrays)


def test_an_array_that_is_missing_is_told() -> None:
    arrays = to_arrays(whole())
    for name in ("stretch.low_cm", "stretch.names:start", "scale.zone.epsg"):
        with pytest.raises(KeyError, match=name):
            from_arrays(Whole, {each: array for each, array in arrays.items() if each != name})


@dataclass(frozen=True, slots=True)
class Strange:
    whole: Whole
    odd: list[int]


@dataclass(frozen=True, slots=True)
class Stranger:
    strange: Strange


@dataclass(frozen=True, slots=True)
class Perhaps:
    odd: Stretch | None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(Stranger(Strange(whole(), [1])), "Stranger.strange.odd is of type list", id="a list"),
        pytest.param(Perhaps(None), "Perhaps.odd is of type", id="a union"),
        pytest.param(whole(bare=[1.0]), "Whole.bare holds list, not an array", id="a list for an array"),
        pytest.param(whole(stretch=None), "Whole.stretch holds NoneType, not Stretch", id="nothing"),
        pytest.param(
            whole(scale=Scale(MetricZone(1, 1.0, 1.0, 1.0), 1, None, True)),  # type: ignore[arg-type]
            "Whole.scale.share holds NoneType, not float",
            id="no number",
        ),
        pytest.param(
            whole(scale=Scale(MetricZone(1, 1.0, 1.0, 1.0), 1.5, 1.0, True)),  # type: ignore[arg-type]
            "Whole.scale.level holds float, not int",
            id="no whole number",
        ),
        pytest.param(
            whole(bare=np.array([None, shapely.Point(0, 0)])),
            "Whole.bare holds Point among its texts",
            id="geometry",
        ),
    ],
)
def test_what_has_no_layout_is_named(value: object, words: str) -> None:
    with pytest.raises(TypeError) as told:
        to_arrays(value)
    assert words in str(told.value)


def test_what_has_no_layout_is_named_before_there_is_a_value() -> None:
    with pytest.raises(TypeError, match=r"Stranger\.strange\.odd is of type list"):
        layout(Stranger)
    with pytest.raises(TypeError, match=r"Stranger\.strange\.odd is of type list"):
        from_arrays(
            Stranger, to_arrays(whole()) | {f"strange.whole.{k}": v for k, v in to_arrays(whole()).items()}
        )


def test_another_layout_is_told_apart() -> None:
    lines = layout(Whole)
    assert [line.partition(":")[0] for line in lines][:2] == [
        "scale.zone.epsg",
        "scale.zone.central_meridian_deg",
    ]
    assert "int32" in next(line for line in lines if line.startswith("stretch.low_cm"))
    assert len(set(lines)) == len(lines) == 11
