"""Jobs under ``kaimen serve``: killed while it works, all of it ends, and the next one answers."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx2
from sqlalchemy import text

from api.operations.tokens import create_token
from layers.database import open_engine
from tests.api.conftest import TownCommands
from tests.api.test_jobs import HOLD
from tests.api.test_serving import PATIENCE_S, Served, children, gone, serving, until
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
            left = children(served.process.pid)
            assert len(left) > 3  # two that answer, the job's, and what looks after shared resources
            served.process.kill()
            served.process.wait(PATIENCE_S)
            until(lambda: all(gone(each) for each in left))
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
