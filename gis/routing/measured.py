"""The nearest feeders of one parcel, and what the routes to them measure, in one compiled call."""

from __future__ import annotations

from gis.compiled import compiled
from gis.held import Held
from gis.routing.local_kernel import nearest
from gis.routing.local_state import Asker, Bench
from gis.routing.measure import fill_measures


@compiled
def nearest_measured(
    bench: Held[Bench], asker: Held[Asker], parcel: int, k: int, limit: int, epoch: int
) -> int:
    """Do as ``nearest``, and fill in the measures of what was found."""
    count = nearest(bench, asker.value.doors, parcel, k, limit, epoch)
    if count > 0:
        fill_measures(asker.value.meter, bench.value.table, count, bench.value.measured)
    return count
