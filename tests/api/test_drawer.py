"""Pages are drawn in a process beside: the same bytes, its death is one answer, and it outlives nobody."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.drawer import Drawer
from api.drawing import DrawingError
from api.routes import siting
from api.service import Service
from api.turns import LaterError
from gis.errors import InputError
from maps.notice import notice_pdf
from tests.api.conftest import ROOT
from tests.api.test_serving import gone, until
from tests.maps.notices import page

HEAVY = {"fastapi", "starlette", "uvicorn", "numba", "api.app", "api.service"}
PARENT = """
import os, sys, time
from api.drawer import Drawer
drawer = Drawer("info")
print(drawer.draw(os.getpid), flush=True)
drawer.draw(time.sleep, 600) if sys.argv[1] == "drawing" else time.sleep(600)
"""


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse() -> None:
    raise InputError("too small", repair="take another", faults=("it is A6",))


def fail() -> None:
    raise ZeroDivisionError("of 4321 kVA")


@pytest.fixture(scope="module")
def drawer() -> Drawer:
    return Drawer("info")


def test_a_page_is_drawn_elsewhere_to_the_same_bytes(drawer: Drawer) -> None:
    made = page("zh", options=1)
    assert drawer.draw(notice_pdf, made, "zh") == notice_pdf(made, "zh")
    child = drawer.draw(os.getpid)
    assert child != os.getpid()
    assert child == drawer.draw(os.getpid)


def test_the_child_loads_nothing_of_what_serves() -> None:
    fresh = Drawer("info")
    fresh.draw(notice_pdf, page("en", options=1), "en")
    loaded = set(fresh.draw(eval, "list(__import__('sys').modules)"))
    assert "maps.notice" in loaded
    assert not loaded & HEAVY


def test_a_child_that_dies_is_told_once_and_replaced(drawer: Drawer) -> None:
    with pytest.raises(LaterError):
        drawer.draw(die)
    child = drawer.draw(os.getpid)
    assert child not in {os.getpid(), 0}
    os.kill(child, signal.SIGKILL)  # while it has nothing to do nobody is told
    until(lambda: child not in {each.pid for each in multiprocessing.active_children()})
    assert drawer.draw(os.getpid) != child


def test_a_child_that_does_not_come_to_its_end_is_ended() -> None:
    impatient = Drawer("info", most_s=15)
    child = impatient.draw(os.getpid)
    os.kill(child, signal.SIGSTOP)
    impatient._most_s = 0.1  # the time that it needs to begin is over
    with pytest.raises(LaterError):
        impatient.draw(os.getpid)
    assert gone(child)


def test_a_refusal_comes_back_as_it_was_raised_and_a_fault_without_its_words(
    capfd: pytest.CaptureFixture[str],
) -> None:
    drawer = Drawer("info")  # its standard error is that of this test
    with pytest.raises(InputError) as refusal:
        drawer.draw(refuse)
    told = refusal.value
    assert (told.detail, told.repair, told.faults) == (
        "too small",
        "take another",
        ("it is A6",),
    )
    with pytest.raises(DrawingError) as fault:
        drawer.draw(fail)
    log = capfd.readouterr().err
    assert '"fault": "ZeroDivisionError"' in log
    assert " fail" in log
    assert "4321" not in log + str(fault.value)


def test_signals_that_all_are_given_do_not_end_it(drawer: Drawer) -> None:
    child = drawer.draw(os.getpid)
    for each in (signal.SIGINT, signal.SIGTERM):
        os.kill(child, each)
    assert drawer.draw(os.getpid) == child


@pytest.mark.parametrize("doing", ["drawing", "nothing"])
def test_the_child_ends_with_its_parent(doing: str) -> None:
    command = [sys.executable, "-c", PARENT, doing]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not gone(child)
        parent.kill()
    until(lambda: gone(child))


@pytest.fixture
def notice(stocked: Service) -> Iterator[Callable[[str], Any]]:
    """Ask for the notice of a parcel."""
    with TestClient(create_app(stocked)) as client:

        def ask(language: str) -> Any:
            query: dict[str, str | int] = {"load_kva": 300, "on": "2026-11-21", "lang": language}
            return client.get("/api/v1/parcels/P1/connection/notice.pdf", params=query)

        yield ask


def test_a_notice_that_is_asked_for(notice: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    apart = notice("zh")
    assert apart.status_code == 200
    with monkeypatch.context() as here:
        here.setattr(Drawer, "draw", lambda _, work, *given: work(*given))
        assert notice("zh").content == apart.content
    with monkeypatch.context() as deadly:
        deadly.setattr(siting, "notice_pdf", die)
        for language, words in (("zh", "绘制进程"), ("en", "process that draws")):
            told = notice(language)
            assert (told.status_code, told.headers["retry-after"]) == (503, "2")
            assert told.headers["content-type"] == "application/problem+json"
            assert words in told.json()["detail"]
    assert notice("zh").content == apart.content
