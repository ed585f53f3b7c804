"""Which stored screening an edition can hold (筛查选用): of its day, of the same data and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from gis.editions.screened import Found
from layers.screenings import Run, of_day, read_rows

_CHOSEN: Final = "loads"
"""What is stored among the inputs of a run and is a choice of who asked, as the question is."""


def fitting_run(
    connection: Connection, on: date, inputs: Mapping[str, Any], parameters: Mapping[str, Any]
) -> tuple[Run | None, str | None]:
    """Return the newest run that an edition can hold, or why there is none.

    Parameters
    ----------
    connection
        Sees the runs and the data.
    on
        The edition's day.
    inputs
        As a run of the present data would have them; the load table counts as part of the question.
    parameters
        Of the edition's open capacity.
    """
    runs = of_day(connection, on)
    present = _data(inputs)
    of_data = [each for each in runs if _data(each.inputs) == present]
    for run in of_data:
        if run.request["parameters"] == parameters:
            return run, None
    if of_data:
        why = f"the screening of {on} is by other parameters of the open capacity"
    elif runs:
        why = f"the data changed after the screening of {on}"
    else:
        why = f"no screening of {on} is stored"
    return None, f"{why}: the edition has no zone map; kaimen screen --on {on} before publishing adds it"


def _data(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if name != _CHOSEN}


def found_in(connection: Connection, run: Run) -> Found:
    """Return what a run found."""
    load = run.request["load"]
    return Found(
        run_id=run.id,
        load_kva=None if load is None else float(load["kva"]),
        rows=read_rows(connection, run.id),
        zones=run.zones,
    )
