"""Jobs (任务): a screening asked on the web, kept as a question, worked on by a process of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any, Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from api.operations.corridors import BuildWatch
from api.operations.screening import ScreenRequest, screen_parcels
from api.operations.siting import ground
from gis import errors
from gis.capacity.parameters import default_parameters
from gis.errors import Faults, InputError, KaimenError
from gis.siting.loads import default_table
from gis.siting.question import Question, require_policy
from gis.siting.sites import Load
from gis.steps import Step
from gis.words import Words
from layers.jobs import Bounds, Job, ask, cancel, fail, find, finish, of_token, runner_works, tell

BOUNDS: Final = Bounds(of_all=20, of_one=5)
"""Jobs that may wait or run."""

MOST_TOLD: Final = 20
"""Jobs of a token that are listed."""

SCREEN: Final = "screen"
STEPS: Final = tuple(dict.fromkeys(each.phase for each in Step if each is not Step.TWO_SUPPLIES))
"""What a screening does, in this order; where roads and parcels are unchanged the corridors are there.

Two supplies are looked for before the rows, where they are asked for: parcel by parcel.
"""

_OFTEN_S: Final = 0.5
"""How often the count of parcels is written down."""

_log = logging.getLogger("kaimen.jobs")


@dataclass(frozen=True, slots=True)
class Asked:
    """A screening as a request asks it.

    Attributes
    ----------
    load_kva, load_kw
        At most one of them; none asks for each parcel's own load.
    power_factor
        None for that of the load table.
    planned
        Says that each parcel's own load is meant.
    on
        The day.
    k, limit_m, supplies, facts
        As of ``Question``.
    jurisdiction
        None for the one that covers each parcel.
    """

    load_kva: float | None
    load_kw: float | None
    power_factor: float | None
    planned: bool
    on: date
    k: int
    limit_m: float
    supplies: int | None
    jurisdiction: str | None
    facts: dict[str, Any]

    def question(self) -> dict[str, Any]:
        """Return the question in its canonical form: the same screening is the same question.

        Raises
        ------
        InputError
            It is not in order, or there is no such jurisdiction.
        """
        faults = Faults()
        with faults:
            load = self._load()
        with faults:
            question = Question.of(
                self.on, k=self.k, limit_m=self.limit_m, supplies=self.supplies, facts=self.facts
            )
        with faults:
            require_policy(self.jurisdiction)
        faults.refuse()
        return {
            "load": None if load is None else asdict(load),
            "on": self.on.isoformat(),
            "k": self.k,
            "limit_m": self.limit_m,
            "jurisdiction": self.jurisdiction,
            "facts": dict(question.facts),
        }

    def _load(self) -> Load | None:
        given = self.load_kva is not None or self.load_kw is not None
        if self.planned and given:
            raise InputError(
                Words(
                    "planned 指各地块自身的负荷，但又给出了统一负荷",
                    "planned asks for each parcel's own load, and a load for all is given",
                ),
                repair=Words("两者只留其一", "leave one of them out"),
            )
        if not given:
            if self.power_factor is not None:
                raise InputError(
                    Words("只给出功率因数，没有给出负荷", "a power factor is given without a load"),
                    repair=Words(
                        "给出 load_kva 或 load_kw，或不写功率因数",
                        "give load_kva or load_kw, or leave it out",
                    ),
                )
            return None
        factor = default_table().power_factor if self.power_factor is None else self.power_factor
        return Load.of(kva=self.load_kva, kw=self.load_kw, power_factor=factor)


def screen_request(question: Mapping[str, Any]) -> ScreenRequest:
    """Return what is asked, from its canonical form."""
    load = question["load"]
    asked = Question.of(
        date.fromisoformat(question["on"]),
        k=question["k"],
        limit_m=float(question["limit_m"]),
        facts=question["facts"],
    )
    given = None if load is None else Load(**{name: float(value) for name, value in load.items()})
    return ScreenRequest(asked, given, question["jurisdiction"], default_parameters())


@dataclass(frozen=True, slots=True)
class Listed:
    """Jobs, and whether any process takes them up now."""

    jobs: list[Job]
    runner: bool


def ask_screening(engine: Engine, asked: Asked, token_id: str) -> Listed | None:
    """Put a screening into the queue and return its job; None where the queue is full.

    Raises
    ------
    InputError
        The question is not in order.
    """
    question = asked.question()
    with engine.begin() as connection:
        identity = ask(connection, SCREEN, question, token_id, BOUNDS)
    return None if identity is None else job_of(engine, identity, token_id)


def job_of(engine: Engine, identity: str, token_id: str) -> Listed | None:
    """Return a job of a token, None where it has none of this id."""
    with engine.connect() as connection:
        found = find(connection, identity, token_id)
        return None if found is None else Listed([found], runner_works(connection))


def jobs_of(engine: Engine, token_id: str) -> Listed:
    """Return the newest jobs of a token, the one that was asked last first."""
    with engine.connect() as connection:
        return Listed(of_token(connection, token_id, MOST_TOLD), runner_works(connection))


def cancel_job(engine: Engine, identity: str, token_id: str) -> Listed | None:
    """End a job of a token and return it, None where it has none of this id.

    One that runs is ended by the process that runs it, a moment later.
    """
    with engine.begin() as connection:
        cancel(connection, identity, token_id)
    return job_of(engine, identity, token_id)


class WithdrawnError(Exception):
    """The job is no longer this attempt's: it was cancelled, or another attempt has begun."""


@dataclass(slots=True)
class _Progress:
    """Writes down how far a screening is."""

    engine: Engine
    job: Job
    _step: Step = Step.LAYERS
    _told: float = field(default=0.0, init=False)

    def step(self, step: Step) -> None:
        self._step = step
        if step is Step.TWO_SUPPLIES:
            self._tell(0, 0)  # until the first parcels are counted
        else:
            self._tell(STEPS.index(step.phase), len(STEPS))

    def counted(self, done: int, total: int) -> None:
        if monotonic() - self._told > _OFTEN_S:
            self._tell(done, total)

    def _tell(self, done: int, total: int) -> None:
        self._told = monotonic()
        with self.engine.begin() as connection:
            if not tell(connection, self.job, self._step.phase, done, total):
                raise WithdrawnError


def work(engine: Engine, home: Path, job: Job) -> None:
    """Answer a job, and write down what became of it.

    Raises
    ------
    WithdrawnError
        It is no longer this attempt's.
    OperationalError
        The database went away; whoever runs jobs decides what follows.
    """
    progress = _Progress(engine, job)
    try:
        request = screen_request(job.question)
        progress.step(Step.LAYERS)
        shared = ground(engine, home, BuildWatch(progress.step, lambda: None))
        screen_parcels(engine, shared, request, progress.step, progress.counted, _finishing(job))
    except (WithdrawnError, OperationalError):
        raise
    except KaimenError as fault:
        with engine.begin() as connection:
            fail(connection, job, _as_json(fault))
    except Exception:  # noqa: BLE001  # whatever it is, who asked is told, and the log has it
        _log.exception("a job failed by a fault of ours", extra={"kaimen": {"job": job.kind}})
        with engine.begin() as connection:
            fail(connection, job, _as_json(KaimenError("")))


def _finishing(job: Job) -> Callable[[Connection, str], None]:
    """Return what ends a job with the run that is being stored: both are there, or neither."""

    def stored(connection: Connection, run_id: str) -> None:
        if not finish(connection, job, run_id):
            raise WithdrawnError

    return stored


def _as_json(fault: KaimenError) -> dict[str, Any]:
    return {
        "kind": type(fault).__name__,
        "detail": asdict(fault.said.detail),
        "repair": asdict(fault.said.repair),
        "faults": [asdict(each) for each in fault.said.faults],
    }


def error_of(told: Mapping[str, Any]) -> KaimenError:
    """Return the error that a job failed by."""
    kind: type[KaimenError] = getattr(errors, told["kind"], KaimenError)
    faults = [Words(**each) for each in told["faults"]]
    return kind(Words(**told["detail"]), repair=Words(**told["repair"]), faults=faults)
