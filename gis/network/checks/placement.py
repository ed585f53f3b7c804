"""Checks of where assets lie to one another (设备位置核查)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import shapely

from gis.figures import figure
from gis.findings import Severity
from gis.names import normal_name
from gis.network.checks.model import Fault, check, faults
from gis.network.checks.subject import Subject, present, rows_where, taken
from gis.network.columns import Floats, Rows, at_rows


def _distances(subject: Subject, layer: str, upper: str) -> tuple[Rows, Floats]:
    """Return the row each thing belongs to in the upper layer (-1 for none) and how far it lies, metres."""
    rows = subject.rows_of(upper, subject.texts(layer, f"{upper.removesuffix('s')}_id"))
    shapely.prepare(subject.plane(upper))
    return rows, shapely.distance(taken(subject.plane(upper), rows), subject.plane(layer))


def _far(subject: Subject, layer: str, word: str, limit_m: float) -> Iterator[Fault]:
    uppers, distances = _distances(subject, layer, "feeders")
    rows = rows_where(distances > limit_m)
    feeders = subject.labels("feeders", uppers[rows])
    messages = [
        f"{word} {label} lies {figure(distances[row])} m from its feeder {feeder} (at most {limit_m:g} m)."
        for row, label, feeder in zip(rows, subject.labels(layer, rows), feeders, strict=True)
    ]
    repair = (
        "Correct its place or its feeder; a whole layer shifted by 300 to 700 m was read with a wrong --crs."
    )
    yield from faults(subject, layer, rows, messages, repair)


@check(Severity.ERROR, "接入点远离所属线路")
def access_point_far_from_feeder(subject: Subject) -> Iterator[Fault]:
    """Find access points that do not lie at their feeder."""
    return _far(subject, "access_points", "Access point", subject.parameters.access_point_distance_m)


@check(Severity.WARNING, "配变远离所属线路")
def transformer_far_from_feeder(subject: Subject) -> Iterator[Fault]:
    """Find distribution transformers that lie far from their feeder."""
    return _far(subject, "transformers", "Transformer", subject.parameters.transformer_distance_m)


@check(Severity.WARNING, "线路未连到变电站")
def feeder_disconnected_from_substation(subject: Subject) -> Iterator[Fault]:
    """Find feeders whose nearest point is far from their substation."""
    limit_m = subject.parameters.substation_distance_m
    uppers, distances = _distances(subject, "feeders", "substations")
    rows = rows_where(distances > limit_m)
    homes = subject.labels("substations", uppers[rows])
    messages = [
        f"Feeder {label} comes no nearer than {figure(distances[row])} m to its substation {home} "
        f"(at most {limit_m:g} m)."
        for row, label, home in zip(rows, subject.labels("feeders", rows), homes, strict=True)
    ]
    yield from faults(
        subject, "feeders", rows, messages, "Draw it up to the substation, or correct which one it leaves."
    )


@check(Severity.ERROR, "线路无图形")
def feeder_without_geometry(subject: Subject) -> Iterator[Fault]:
    """Find feeders without a line on the map: nothing can be connected to them."""
    rows = rows_where(~present(subject.geometry("feeders")))
    messages = [f"Feeder {label} has no geometry." for label in subject.labels("feeders", rows)]
    yield from faults(subject, "feeders", rows, messages, "Import its line, with the same id or name.")


@check(Severity.WARNING, "电缆线路无接入点")
def cable_without_access_point(subject: Subject) -> Iterator[Fault]:
    """Find cable feeders without access points, in a grid that has access points."""
    if not subject.size("access_points"):
        return
    tapped = pd.Index(subject.ids("feeders")).isin(subject.texts("access_points", "feeder_id"))
    rows = rows_where((subject.texts("feeders", "construction") == "cable") & ~tapped)
    messages = [
        f"Cable feeder {label} has no access point: its ends and its points near substations and "
        "transformers are taken for them."
        for label in subject.labels("feeders", rows)
    ]
    yield from faults(subject, "feeders", rows, messages, "Import its ring-main units and branch boxes.")


@check(Severity.WARNING, "变电站无馈出线路")
def substation_without_feeder(subject: Subject) -> Iterator[Fault]:
    """Find substations of a distribution voltage that no feeder leaves, in a grid that has feeders."""
    if not subject.size("feeders"):
        return
    low = subject.parameters.distribution_substation_min_kv
    high = subject.parameters.distribution_substation_max_kv
    voltages = subject.numbers("substations", "voltage_kv")
    fed = pd.Index(subject.ids("substations")).isin(subject.texts("feeders", "substation_id"))
    rows = rows_where((voltages >= low) & (voltages <= high) & ~fed)
    messages = [
        f"No feeder leaves substation {label} ({figure(voltages[row])} kV)."
        for row, label in zip(rows, subject.labels("substations", rows), strict=True)
    ]
    yield from faults(
        subject, "substations", rows, messages, "Import its feeders, or correct their substation."
    )


@check(Severity.ERROR, "线路电压高于变电站")
def feeder_voltage_above_substation(subject: Subject) -> Iterator[Fault]:
    """Find feeders of a higher voltage than the substation they leave."""
    homes = subject.rows_of("substations", subject.texts("feeders", "substation_id"))
    upper = at_rows(subject.numbers("substations", "voltage_kv"), homes)
    own = subject.numbers("feeders", "voltage_kv")
    rows = rows_where(own > upper)
    names = subject.labels("substations", homes[rows])
    messages = [
        f"Feeder {label} has {figure(own[row])} kV, its substation {home} only {figure(upper[row])} kV."
        for row, label, home in zip(rows, subject.labels("feeders", rows), names, strict=True)
    ]
    yield from faults(
        subject, "feeders", rows, messages, "Correct whichever is wrong; check its unit (V, kV)."
    )


@check(Severity.WARNING, "变电站重名")
def substation_name_repeated(subject: Subject) -> Iterator[Fault]:
    """Find substations that share a name: a reference by name cannot tell them apart."""
    names = subject.texts("substations", "name")
    rows = rows_where(present(names))
    ids = subject.ids("substations")
    table = pd.DataFrame({"row": rows, "name": [normal_name(name) for name in names[rows]], "id": ids[rows]})
    for _, group in table[table.duplicated("name", keep=False)].sort_values("id").groupby("name"):
        row = int(group["row"].iloc[0])
        alike = ", ".join(str(each) for each in group["id"])
        message = f"{len(group)} substations are called {names[row]}: {alike}."
        yield from faults(
            subject, "substations", [row], [message], "Give each a name of its own, or refer to them by id."
        )


@check(Severity.WARNING, "变电站位置重叠")
def substations_coincide(subject: Subject) -> Iterator[Fault]:
    """Find substations so close to one another, or nested, that they may be one."""
    spacing_m = subject.parameters.substation_spacing_m
    plane = subject.sound("substations")
    left, right = subject.tree("substations").query(plane, predicate="dwithin", distance=spacing_m)
    ids = subject.ids("substations").astype(str)
    once = (left != right) & (ids[left] > ids[right])
    left, right = left[once], right[once]
    distances = shapely.distance(plane[left], plane[right])
    pairs = zip(
        subject.labels("substations", left), subject.labels("substations", right), distances, strict=True
    )
    messages = [
        f"Substation {one} lies {figure(apart)} m from substation {other}."
        if apart
        else f"Substation {one} overlaps substation {other}."
        for one, other, apart in pairs
    ]
    yield from faults(
        subject, "substations", left.tolist(), messages, "Keep one of them, if they are one substation."
    )


CHECKS = (
    feeder_without_geometry,
    access_point_far_from_feeder,
    transformer_far_from_feeder,
    feeder_disconnected_from_substation,
    cable_without_access_point,
    substation_without_feeder,
    feeder_voltage_above_substation,
    substation_name_repeated,
    substations_coincide,
)
"""Checks of where assets lie."""
