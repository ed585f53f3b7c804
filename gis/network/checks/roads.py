"""Checks of single roads (道路核查)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import pandas as pd
import shapely

from gis.figures import figure
from gis.findings import Severity
from gis.network.checks.model import Fault, check, faults
from gis.network.checks.subject import Subject, present, rows_where
from gis.network.checks.twins import twins
from gis.network.columns import Flags, Objects, Rows


def levels(subject: Subject) -> Rows:
    """Return the level of each road: 0 on the ground, bridges and tunnels apart from it."""
    return subject.once("levels", "roads", "", lambda: _levels(subject))


def _levels(subject: Subject) -> Rows:
    layer = np.nan_to_num(subject.numbers("roads", "layer")).astype(np.int64)
    return layer * 4 + subject.true("roads", "bridge") + 2 * subject.true("roads", "tunnel")


def noded(subject: Subject) -> Flags:
    """Return where the junctions of a road are known: it brings node ids, or was imported as noded.

    A column ``noding`` (crossings, shared or nodes, by import) is optional.
    """
    columns = subject.grid["roads"].columns
    ids = subject.grid["roads"]["node_ids"].notna().to_numpy() if "node_ids" in columns else False
    return np.asarray(ids | np.isin(subject.texts("roads", "noding"), ["shared", "nodes"]), dtype=bool)


@check(Severity.WARNING, "道路等级缺失")
def road_class_unknown(subject: Subject) -> Iterator[Fault]:
    """Find roads without a class: width, weight and main-road rules depend on it."""
    rows = rows_where(~present(subject.texts("roads", "class")))
    messages = [f"Road {label} has no class." for label in subject.labels("roads", rows)]
    yield from faults(
        subject,
        "roads",
        rows,
        messages,
        "Fill in class, or map the column that holds it with --map class=COLUMN.",
    )


@check(Severity.WARNING, "道路重合")
def roads_coincide(subject: Subject) -> Iterator[Fault]:
    """Find roads of one level that lie exactly on another one, in either direction."""
    table = pd.DataFrame({"twin": twins(subject.geometry("roads")), "level": levels(subject)})
    table["id"] = subject.ids("roads")
    table = table[(table["twin"] >= 0) & table.duplicated(["twin", "level"], keep=False)]
    table = table.sort_values(["twin", "level", "id"])
    first = table.groupby(["twin", "level"])["id"].transform("first")
    others = table.duplicated(["twin", "level"])
    rows = table.index[others].tolist()
    messages = [
        f"Road {label} lies exactly on road {other}."
        for label, other in zip(subject.labels("roads", rows), first[others], strict=True)
    ]
    yield from faults(subject, "roads", rows, messages, "Remove one of them; until then they count as one.")


@check(Severity.WARNING, "路宽疑误")
def road_width_implausible(subject: Subject) -> Iterator[Fault]:
    """Find roads narrower or wider than roads are."""
    widths = subject.numbers("roads", "width_m")
    low, high = subject.parameters.road_width_min_m, subject.parameters.road_width_max_m
    rows = rows_where((widths < low) | (widths > high))
    messages = [
        f"Road {label} is {figure(widths[row])} m wide (usual: {low:g} to {high:g} m)."
        for row, label in zip(rows, subject.labels("roads", rows), strict=True)
    ]
    yield from faults(subject, "roads", rows, messages, "Correct width_m; check its unit (m, cm, lanes).")


@check(Severity.WARNING, "道路既为桥梁又为隧道")
def road_level_conflict(subject: Subject) -> Iterator[Fault]:
    """Find roads that are bridge and tunnel at once."""
    rows = rows_where(subject.true("roads", "bridge") & subject.true("roads", "tunnel"))
    messages = [
        f"Road {label} is marked as a bridge and as a tunnel." for label in subject.labels("roads", rows)
    ]
    yield from faults(subject, "roads", rows, messages, "Correct bridge or tunnel.")


@check(Severity.WARNING, "道路节点重叠")
def road_nodes_coincide(subject: Subject) -> Iterator[Fault]:
    """Find places where road nodes of different ids lie on one another: the roads do not join there."""
    table = _nodes(subject)
    shared = table[table.duplicated(["x", "y"], keep=False)]
    nodes = shared.groupby(["x", "y"])["node"].transform("nunique")
    for _, group in shared[nodes > 1].groupby(["x", "y"]):
        roads = sorted(set(group["road"].astype(str)))
        several = ", ".join(str(node) for node in sorted(set(group["node"])))
        yield Fault(
            "roads",
            roads[0],
            f"Nodes {several} of roads {', '.join(roads)} lie on one point but are not joined.",
            "Merge the nodes in the source, or import with --noding crossings.",
            round(float(group["x"].iloc[0]), 7),
            round(float(group["y"].iloc[0]), 7),
        )


def _nodes(subject: Subject) -> pd.DataFrame:
    """Return place, node and road of each vertex of the roads that bring a node id for every vertex."""
    geometry = subject.geometry("roads")
    if "node_ids" not in subject.grid["roads"].columns:
        return pd.DataFrame({name: [] for name in ("x", "y", "node", "road")})
    lists: Objects = subject.grid["roads"]["node_ids"].to_numpy()
    rows = np.flatnonzero(~pd.isna(lists) & present(geometry))
    lists = lists[rows]
    whole = shapely.get_num_coordinates(geometry[rows]) == np.fromiter(map(len, lists), np.int64, len(lists))
    rows, lists = rows[whole], lists[whole]
    points, road = shapely.get_coordinates(geometry[rows], return_index=True)
    nodes = np.fromiter(chain.from_iterable(lists), np.int64, len(points))
    ids = subject.ids("roads")[rows]
    return pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "node": nodes, "road": ids[road]})


CHECKS = (
    road_class_unknown,
    roads_coincide,
    road_width_implausible,
    road_level_conflict,
    road_nodes_coincide,
)
"""Checks of single roads."""
