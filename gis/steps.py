"""What is being done while corridors are built and parcels are screened (步骤), for whoever waits."""

from __future__ import annotations

from enum import Enum


class Step(Enum):
    """A step, told as it begins, in the order in which they come.

    Attributes
    ----------
    phase
        What programs and translations know it by; several steps may be one phase.
    words
        What a command says.
    """

    LAYERS = "corridors", "Reading the layers"
    NODING = "corridors", "Noding the roads"
    CORNERS = "corridors", "Building the corner graph"
    OFFSETS = "corridors", "Laying out where cables are drawn"
    COVERAGE = "corridors", "Laying green, ducts, infrastructure and the city over it"
    ENTRIES = "corridors", "Finding the entries of the parcels"
    FILE = "corridors", "Writing the file"
    GRID = "grid", "Reading the grid"
    LEVELS = "levels", "Planning the levels of supply"
    SWEEP = "sweep", "Sweeping over routes and capacities"
    REASONS = "reasons", "Telling why parcels have no option"
    TWO_SUPPLIES = "two_supplies", "Looking for second supplies, parcel by parcel"
    ROWS = "rows", "Writing the rows"
    ZONES = "zones", "Drawing the zones"
    STORE = "store", "Storing the run"

    def __init__(self, phase: str, words: str) -> None:
        self.phase = phase
        self.words = words


def untold(step: Step) -> None:
    """Tell nobody."""
    del step
