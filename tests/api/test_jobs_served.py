"""Jobs under ``kaimen serve``: the whole service is killed while it works, and the next one answers."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import httpx2
from sqlalchemy import text

from api.operations.tokens import create_token
from layers.database import open_engine
from tests.api.conftest import TownCommands
from tests.api.test_jobs import HOLD
from tests.api.test_serving import PATIENCE_S, Served, serving, until
from tests.gis.siting.towns import ON


def asked(served: Served, token: str) -> str:
    answer = httpx2.post(
        f"{served.url}/api/v1/screenings",
        json={"on": ON.isoformat(), "load_kva": 911},
        headers={"Authorization": f"Bearer {token}"},
        timeout=PATIENCE_S,
    )
    assert answer.status_code == 202
    return str(answer.headers["location"])


def children(pid: int) -> list[int]:
    """Return the processes that any thread of a process has started: the workers, and that of the job."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for task in tasks for each in task.read_text(encoding="ascii").split()]


def test_a_service_that_is_killed_loses_no_job(kaimen_town: TownCommands, town_url: str) -> None:
    engine = open_engine(town_url)
    token = create_token(engine, "planner", None, 1).whole
    shown = {"Authorization": f"Bearer {token}"}
    home = Path(kaimen_town.environment["KAIMEN_HOME"])
    home.mkdir(exist_ok=True)
    with engine.connect() as holding:
        holding.execute(text(HOLD))
        with serving(home, town_url, "--workers", "2") as served:
            where = asked(served, token)
            until(lambda: served.get(where, headers=shown).json()["progress"]["step"] == "store")
            for each in (*children(served.process.pid), served.process.pid):  # none sees another one end
                os.kill(each, signal.SIGSTOP)
            for each in (served.process.pid, *children(served.process.pid)):
                os.kill(each, signal.SIGKILL)
            served.process.wait(PATIENCE_S)
        holding.rollback()
    with serving(home, town_url) as served:
        until(lambda: served.get(where, headers=shown).json()["state"] == "done")
        told = served.get(where, headers=shown).json()
        assert told["attempts"] == 2
        assert served.get(told["result"]["zones"]).json()["run_id"] == told["result"]["run_id"]
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(PATIENCE_S) == 0
    with engine.begin() as connection:
        connection.execute(text("delete from siting.jobs"))
    engine.dispose()
