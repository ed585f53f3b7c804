"""The questions that a service asks itself as it starts."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api import office
from api.app import create_app
from api.operations.siting import Ground
from api.rehearsal import rehearse
from api.service import Service
from tests.api.test_serving import serving, until

ASKED = "/api/v1/parcels/P1/connection?load_kva=100&jurisdiction=wujiang"


def test_after_it_the_first_who_asks_finds_everything_laid_out(
    stocked: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(*_: object) -> None:
        raise AssertionError("it was laid out already")

    rehearse(stocked)
    monkeypatch.setattr(office, "ground", again)
    monkeypatch.setattr(Ground, "published", again)
    with TestClient(create_app(stocked)) as client:
        assert client.get(ASKED).status_code == 200


def test_where_there_is_nothing_to_answer_from_the_log_says_so(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "kaimen.faults"):
        rehearse(service)
    assert "the first question will have to wait" in caplog.text
    assert "roads" in caplog.text


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_service_that_starts_rehearses(tmp_path: Path, database_url: str, workers: int) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    with serving(folder, database_url, "--workers", str(workers)):
        until((folder / "corridors" / "corridors.arrays").exists)
