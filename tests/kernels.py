"""Compiles what numba compiles, once for all workers of a run of the tests: ``python -m tests.kernels``.

In a fresh checkout it takes more than a minute, for which the first tests of each worker would wait.
"""

from __future__ import annotations

from tests.gis.siting.small_town import small_town
from tests.gis.siting.towns import Bench


def compile_kernels() -> None:
    """Screen a small town, and answer for each parcel that has an option, with its routes drawn."""
    bench = Bench(small_town())
    rows = bench.screen().rows
    for parcel in rows["parcel_id"][rows["asset_id"].notna()]:
        bench.assess(parcel)


if __name__ == "__main__":
    compile_kernels()
