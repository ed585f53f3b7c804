"""Jobs in the database (任务): asked, taken up by one runner, told how far they are, ended in one way.

One runner works at a time on a database, however many processes serve it: who holds the runner's lock. It
ends with its connection: a runner that was killed leaves its place at once, and the next takes up its work.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, case, func, insert, literal, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import Select

from layers.tables.jobs import UNDER_WAY, jobs
from layers.tables.screenings import runs

MOST_ATTEMPTS: Final = 2
"""How often a job is begun whose process dies; then it is lost."""

KEPT_DAYS: Final = 90
"""How long ended jobs are remembered; the screenings stay."""

_ID_BYTES: Final = 16
_RUNNER: Final = "hashtext('kaimen runner')"
_ALONE: Final = text("select pg_advisory_xact_lock(hashtext('kaimen jobs'))")
_PLACE: Final = text(f"select pg_try_advisory_lock({_RUNNER})")
_HELD: Final = text(
    "select exists (select from pg_locks where locktype = 'advisory' and granted and objsubid = 1"  # noqa: S608  # our own lock's name
    " and database = (select oid from pg_database where datname = current_database())"
    f" and ((classid::bigint << 32) | objid::bigint) = {_RUNNER}::bigint)"
)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is now; times are UTC.

    Attributes
    ----------
    id
        Random, 128 bits.
    kind, question
        What is asked, in its canonical form.
    state
        ``waiting``, ``running``, ``done``, ``failed``, ``cancelled`` or ``lost``.
    attempts
        How often it was begun.
    cancel_asked
        Whether it shall end; a job that runs ends a moment later.
    step, done, total
        What is being done, and how much of it is behind; None and 0 before it begins.
    ahead
        Jobs that come before it, the running one among them.
    asked_at, started_at, ended_at
        When.
    run_id
        The screening that answers it.
    error
        Why it failed: ``kind``, ``detail``, ``repair``, ``faults``.
    by_class
        Parcels of the screening by class.
    """

    id: str
    kind: str
    question: Mapping[str, Any]
    state: str
    attempts: int
    cancel_asked: bool
    step: str | None
    done: int
    total: int
    ahead: int
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    run_id: str | None
    error: Mapping[str, Any] | None
    by_class: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many jobs may wait or run: of all who ask, and of one token."""

    of_all: int
    of_one: int


def ask(
    connection: Connection, kind: str, question: Mapping[str, Any], token_id: str, bounds: Bounds
) -> str | None:
    """Put a job at the end of the queue and return its id; None where the queue is full.

    Who asks again what is under way for him is given the same job.
    """
    connection.execute(_ALONE)
    old = func.now() - func.make_interval(0, 0, 0, KEPT_DAYS)
    connection.execute(jobs.delete().where(jobs.c.ended_at < old))
    under_way = jobs.c.state.in_(UNDER_WAY)
    mine = jobs.c.token_id == token_id
    same = select(jobs.c.id).where(
        under_way, mine, ~jobs.c.cancel_asked, jobs.c.kind == kind, jobs.c.question == _json(question)
    )
    known: str | None = connection.scalar(same)
    if known is not None:
        return known
    counted = select(func.count(), func.count().filter(mine)).where(under_way)
    of_all, of_one = connection.execute(counted).one()
    if of_all >= bounds.of_all or of_one >= bounds.of_one:
        return None
    number = secrets.token_urlsafe(_ID_BYTES)
    connection.execute(insert(jobs).values(id=number, kind=kind, question=dict(question), token_id=token_id))
    return number


def find(connection: Connection, identity: str, token_id: str) -> Job | None:
    """Return a job of a token, None where it has none of this id."""
    row = connection.execute(_told().where(jobs.c.id == identity, jobs.c.token_id == token_id)).mappings()
    return _job(row.first())


def of_token(connection: Connection, token_id: str, limit: int) -> list[Job]:
    """Return the jobs of a token, the one that was asked last first."""
    statement = _told().where(jobs.c.token_id == token_id).order_by(jobs.c.asked_at.desc()).limit(limit)
    return [Job(**row) for row in connection.execute(statement).mappings()]


def cancel(connection: Connection, identity: str, token_id: str) -> None:
    """End a job that waits, and have the runner end one that runs; one that has ended stays as it is."""
    waits = jobs.c.state == "waiting"
    connection.execute(
        jobs.update()
        .where(jobs.c.id == identity, jobs.c.token_id == token_id, jobs.c.state.in_(UNDER_WAY))
        .values(
            cancel_asked=True,
            state=case((waits, "cancelled"), else_=jobs.c.state),
            ended_at=case((waits, func.clock_timestamp())),
        )
    )


@contextmanager
def runners_place(engine: Engine) -> Iterator[Connection | None]:
    """Give the connection of the one who runs jobs on this database; None where another one does.

    Each statement is committed by itself. The place is left with the connection, however it ends.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(_PLACE):
            yield None
            return
        try:
            yield connection
        finally:
            connection.invalidate()  # back in the pool it would keep the place


def runner_works(connection: Connection) -> bool:
    """Whether some process takes up jobs now."""
    return bool(connection.scalar(_HELD))


def take(connection: Connection) -> Job | None:
    """Begin the job that has waited longest; None where none waits."""
    first = (
        select(jobs.c.id)
        .where(jobs.c.state == "waiting")
        .order_by(jobs.c.asked_at, jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    begun = (
        jobs.update()
        .where(jobs.c.id == first)
        .values(
            state="running",
            attempts=jobs.c.attempts + 1,
            started_at=func.clock_timestamp(),
            step=None,
            done=0,
            total=0,
        )
        .returning(jobs.c.id)
    )
    identity = connection.scalar(begun)
    if identity is None:
        return None
    return _job(connection.execute(_told().where(jobs.c.id == identity)).mappings().first())


def cancelling(connection: Connection, job: Job) -> bool:
    """Whether a job that runs shall end."""
    return bool(connection.scalar(select(jobs.c.cancel_asked).where(jobs.c.id == job.id)))


def tell(connection: Connection, job: Job, step: str, done: int, total: int) -> bool:
    """Write down how far a job is; False where it is no longer this attempt's."""
    return _change(connection, job, step=step, done=done, total=total)


def finish(connection: Connection, job: Job, run_id: str) -> bool:
    """End a job with its answer; False where it is no longer this attempt's."""
    done = case((jobs.c.total > 0, jobs.c.total), else_=0)
    return _change(connection, job, state="done", run_id=run_id, done=done, ended_at=func.clock_timestamp())


def fail(connection: Connection, job: Job, error: Mapping[str, Any]) -> bool:
    """End a job that cannot be answered; False where it is no longer this attempt's."""
    return _change(connection, job, state="failed", error=dict(error), ended_at=func.clock_timestamp())


def put_back(connection: Connection, job: Job) -> None:
    """Let a job wait again that was interrupted on purpose, as if it had not been begun."""
    end = case((jobs.c.cancel_asked, func.clock_timestamp()))
    state = case((jobs.c.cancel_asked, "cancelled"), else_="waiting")
    _change(connection, job, state=state, ended_at=end, attempts=jobs.c.attempts - 1)


def settle(connection: Connection, job: Job | None = None) -> None:
    """Decide about what runs and has no process: cancelled, taken up again, or lost.

    Parameters
    ----------
    connection
        Of the one who runs jobs.
    job
        The one whose process has ended; None for all that run.
    """
    again = jobs.c.attempts < MOST_ATTEMPTS
    over = or_(jobs.c.cancel_asked, ~again)
    connection.execute(
        jobs.update()
        .where(jobs.c.state == "running", *(() if job is None else (jobs.c.id == job.id,)))
        .values(
            state=case((jobs.c.cancel_asked, "cancelled"), (again, "waiting"), else_="lost"),
            ended_at=case((over, func.clock_timestamp())),
        )
    )


def _change(connection: Connection, job: Job, **values: Any) -> bool:  # noqa: ANN401  # columns of the table
    """Change a job that runs, if this attempt is still the one that works on it."""
    mine = (jobs.c.id == job.id, jobs.c.attempts == job.attempts, jobs.c.state == "running")
    return connection.execute(jobs.update().where(*mine).values(**values)).rowcount == 1


def _told() -> Select[Any]:
    other = jobs.alias()
    before = or_(
        other.c.state == "running",
        (other.c.state == "waiting") & (other.c.asked_at < jobs.c.asked_at),
    )
    ahead = select(func.count()).where(before, other.c.id != jobs.c.id).scalar_subquery()
    names = (
        *("id", "kind", "question", "state", "attempts", "cancel_asked", "step", "done", "total"),
        *("asked_at", "started_at", "ended_at", "run_id", "error"),
    )
    waits = case((jobs.c.state == "waiting", ahead), else_=0)
    return select(
        *(jobs.c[name] for name in names), waits.label("ahead"), runs.c.summary["by_class"].label("by_class")
    ).join_from(jobs, runs, jobs.c.run_id == runs.c.id, isouter=True)


def _job(row: Mapping[Any, Any] | None) -> Job | None:
    return None if row is None else Job(**row)


def _json(value: Mapping[str, Any]) -> ColumnElement[Any]:
    return literal(dict(value), JSONB)
