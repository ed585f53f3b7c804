"""The nearest feeders of one parcel, and what the routes to them measure, in one compiled call."""

from __future__ import annotations

from gis.compiled import compiled
from gis.corridors.streets import Ints
from gis.held import Held
from gis.routing.doors import Doors
from gis.routing.local_kernel import nearest
from gis.routing.local_state import Bench, Question
from gis.routing.measure import Meter, fill_measures
from gis.routing.paths import Table


@compiled
def nearest_measured(
    bench: Held[Bench], doors: Doors, question: Question, table: Table, meter: Held[Meter], measured: Ints
) -> int:
    """Do as ``nearest``, and fill in the measures of what was found, shape (8, k)."""
    count = nearest(bench, doors, question, table)
    if count > 0:
        fill_measures(meter.value, table, count, measured)
    return count
