"""Figures of the benchmarks: taken in rounds, kept in rows, shown as one table."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from gis.corridors.streets import Floats
from gis.routing.nearby import LANDMARKS, LISTED

COMMAND: Final = './dev bench -k "corridors or routing" --table docs/benchmarks.md'
_LIBRARIES: Final = ("numpy", "scipy", "numba", "shapely", "geopandas", "networkx")
Answer = TypeVar("Answer")
_PAGE: Final = """\
# Benchmarks

Made by `{command}`.
Without `--table` it is shown alone; `-k wuhan` takes one city.

- `S` is the CPU time of one `scipy.sparse.csgraph.dijkstra(min_only=True)` over the same corner graph,
  from all corners at which any feeder can be tapped, without a limit, in the same process. S and what is
  compared with it take turns, {rounds} rounds and more, ten seconds long at least. A ratio is the median of
  those of the rounds; behind it stands between which half of them lie.
- Milliseconds are of a clock on the wall: of each parcel the median of {rounds} passes, of those the
  percentile. pgRouting and we take turns, pass by pass, and each has one before that is not timed.
- scipy searches once for each class of loads, from the taps with capacity for the largest load in it: its
  answers are right for the parcels whose nearest feeder is the same for both loads.
- networkx searches once for each parcel; it is given only the district that its routes can reach.
- The local search knows beforehand the {listed} feeders nearest to every corner, whatever their capacity,
  and every corner's distances from {landmarks} landmarks. That is made once for roads and taps; no load, no
  capacity and no limit is in it, so that none makes it out of date. Its time is a row of the table; the
  sweep does without it.
- pgRouting is given the same arcs in PostGIS, the parcel's entries and the taps of feeders with the
  capacity as arcs more, and a box around the parcel; both sides answer with feeders and routes. It has
  indexes of where arcs and taps lie, no distances beforehand, and is asked over a local connection; ours
  is a call in the process, and measures the routes too.
- Nothing fails because it is slow. Everything fails where answers differ: the sweep is compared with
  scipy for all parcels of the classes searched, and with the local search, networkx and pgRouting on
  their samples.

Machine: {machine}. {libraries}. Load average when the table was taken: {load}.

The synthetic city's block of 80 m (mean segment 73 m; Wuhan 74 m), its loads and its capacities were settled
after earlier trials had been seen: with blocks of 60 m the 600 m sweep took 0.38 to 0.47 S, by the kernels of
that time. Wuhan and Rhein-Neckar are the cities nobody chose; where they miss a target, read them. A load
above 1 tells of other work on the machine: ratios then waver by a third, milliseconds twofold. tracemalloc
does not see what compiled code allocates.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; ``reached`` is None where there is no target."""

    question: str
    figure: str
    target: str = ""
    reached: bool | None = None

    @property
    def verdict(self) -> str:
        """Whether the target was reached, in a word."""
        return "" if self.reached is None else "yes" if self.reached else "**no**"


@dataclass(slots=True)
class Board:
    """The rows of every city in the order in which they were measured, and what was said of each city."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    machine: dict[str, str] = field(default_factory=dict)

    def note(self, city: str, text: str) -> None:
        """Say something of a city."""
        self.notes.setdefault(city, []).append(text)

    def add(self, city: str, question: str, figure: str) -> None:
        """Add a figure that has no target."""
        self.rows.setdefault(city, []).append(Row(question, figure))

    def at_most(self, city: str, question: str, value: float, most: float, unit: str, also: str = "") -> None:
        """Add a figure that should be at most so much."""
        row = Row(question, _figure(value, unit, also), f"at most {most:g} {unit}", value <= most)
        self.rows.setdefault(city, []).append(row)

    def at_least(
        self, city: str, question: str, value: float, least: float, unit: str, also: str = ""
    ) -> None:
        """Add a figure that should be at least so much."""
        row = Row(question, _figure(value, unit, also), f"at least {least:g} {unit}", value >= least)
        self.rows.setdefault(city, []).append(row)

    def page(self, rounds: int) -> str:
        """Return everything as Markdown."""
        libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
        machine = {"processor": _processor(), "Python": platform.python_version(), **self.machine}
        told = ", ".join(
            f"{value}" if name == "processor" else f"{name} {value}" for name, value in machine.items()
        )
        parts = [
            _PAGE.format(
                command=COMMAND,
                rounds=rounds,
                machine=told,
                libraries=libraries,
                listed=LISTED,
                landmarks=LANDMARKS,
                load=f"{os.getloadavg()[2]:.1f}",
            )
        ]
        for city in [*self.rows, *(name for name in self.notes if name not in self.rows)]:
            parts.append(f"\n## {city}\n\n" + "\n".join(self.notes.get(city, [])) + "\n")
            if city in self.rows:
                lines = [f"| {r.question} | {r.figure} | {r.target} | {r.verdict} |" for r in self.rows[city]]
                head = "\n| what | measured | target | reached |\n|---|---|---|---|\n"
                parts.append(head + "\n".join(lines) + "\n")
        return "".join(parts)


def _figure(value: float, unit: str, also: str) -> str:
    return f"{value:,.3g} {unit}{', ' + also if also else ''}" if value < 1_000 else f"{value:,.0f} {unit}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} cores of {names[0]}" if names else platform.machine()


def cpu_seconds(jobs: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return the median CPU time of each job; they take turns, and none is timed when it runs first.

    Parameters
    ----------
    jobs
        What to run, by name.
    rounds
        How often each is timed.
    """
    taken = cpu_rounds(jobs, rounds, 0.0)
    return {name: float(np.median(times)) for name, times in taken.items()}


def cpu_rounds(jobs: Mapping[str, Callable[[], Any]], rounds: int, least_s: float) -> dict[str, Floats]:
    """Return the CPU time of each job in each round; they take turns, and none is timed when it runs first.

    Parameters
    ----------
    jobs
        What to run, by name.
    rounds, least_s
        How many rounds there are at least, and how many seconds they take together at least: what is short is
        timed more often, so that no moment of other work on the machine decides.

    Returns
    -------
    Seconds by name, shape (rounds,).
    """
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    begun = time.process_time()
    turn = 0
    while turn <= rounds or time.process_time() - begun < least_s:
        for name, job in jobs.items():
            begin = time.process_time()
            job()
            if turn:
                taken[name].append(time.process_time() - begin)
        turn += 1
    return {name: np.array(times) for name, times in taken.items()}


def cpu_second(job: Callable[[], Answer]) -> tuple[float, Answer]:
    """Return the CPU time of a job that is too long to run twice, and its answer."""
    begin = time.process_time()
    answer = job()
    return time.process_time() - begin, answer


def wall_ms_in_turn(
    one: Sequence[Callable[[], Any]], other: Sequence[Callable[[], Answer]], rounds: int
) -> tuple[Floats, Floats, list[Answer]]:
    """Return ``wall_ms`` of two sides that take turns, and the answers of the other one.

    A moment in which the machine has other work then tells on both, and on few of the rounds.
    """
    ours, theirs = np.empty((rounds, len(one))), np.empty((rounds, len(other)))
    answers: list[Answer] = []
    for turn in range(rounds):
        ours[turn], _ = wall_ms(one, 1)
        theirs[turn], answers = wall_ms(other, 1)
    return np.median(ours, axis=0), np.median(theirs, axis=0), answers


def wall_ms(jobs: Sequence[Callable[[], Answer]], passes: int) -> tuple[Floats, list[Answer]]:
    """Return the median time of each job, and its answer; one more pass before is not timed.

    Returns
    -------
    Milliseconds, shape (jobs,), and the answers of the last pass.
    """
    taken = np.empty((passes, len(jobs)))
    for job in jobs:
        job()
    answers: list[Answer] = []
    for turn in range(passes):
        answers.clear()
        for at, job in enumerate(jobs):
            begin = time.perf_counter()
            answers.append(job())
            taken[turn, at] = time.perf_counter() - begin
    return np.median(taken, axis=0) * 1_000.0, answers
