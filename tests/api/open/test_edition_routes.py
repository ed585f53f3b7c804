"""``/api/v1/editions``: headers, differences, and the very bytes that were published."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.operations.downloads import MEDIA
from api.routes import editions as routes
from api.schemas.editions import EditionDiff, EditionDocument, EditionList
from api.service import Service
from layers.editions.files import HEADER_ENDING, INDEX, SCREENED_WRITERS, WRITERS, ZONE_MAPS, folder_of
from layers.editions.store import read_editions

ENDINGS = [*WRITERS, HEADER_ENDING]
PATH = "/api/v1/editions"


def test_every_file_has_a_media_type() -> None:
    names = (*ENDINGS, *SCREENED_WRITERS, *ZONE_MAPS, INDEX)
    assert set(MEDIA) == {Path(f"x{each}").suffix for each in names}


def test_the_list_says_when_the_next_one_is_due(
    open_client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "today", lambda: date(2027, 2, 21))
    listed = open_client.get(PATH)
    EditionList.model_validate(listed.json())
    assert [each["edition_id"] for each in listed.json()["editions"]] == ["2026-Q4-1"]
    assert (listed.json()["next_due"], listed.json()["overdue"]) == ("2027-02-21", False)
    monkeypatch.setattr(routes, "today", lambda: date(2027, 3, 1))
    late = open_client.get(PATH, headers={"if-none-match": listed.headers["etag"]})
    assert (late.json()["overdue"], late.json()["overdue_days"]) == (True, 8)
    shown = open_client.get(f"{PATH}/2026-Q4-1").json()
    assert (shown["overdue"], shown["overdue_days"]) == (True, 8)


def test_the_header_is_what_was_hashed(open_client: TestClient, shop: Service) -> None:
    shown = open_client.get(f"{PATH}/2026-Q4-1").json()
    EditionDocument.model_validate(shown)
    assert (shown["rows"], shown["withheld"]) == (13, 4)
    sent = open_client.get(f"{PATH}/2026-Q4-1/download.json")
    assert sha256(sent.content).hexdigest() == shown["sha256"]
    assert {key for key in sent.json() if sent.json()[key] != shown[key]} == {"withheld"}
    assert [each["name"] for each in shown["downloads"]] == [each["name"] for each in shown["files"]]
    for each in shown["downloads"]:
        answer = open_client.get(each["href"])
        assert sha256(answer.content).hexdigest() == each["sha256"]
        assert len(answer.content) == each["bytes"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_download_is_the_stored_file(open_client: TestClient, shop: Service, ending: str) -> None:
    with shop.public.connect() as connection:
        [edition] = [each.edition for each in read_editions(connection)]
    stored = (folder_of(shop.home, edition) / f"{edition.id}{ending}").read_bytes()
    path = f"{PATH}/{edition.id}/download{ending}"
    sent = open_client.get(path)
    assert sent.content == stored
    assert sent.headers["content-length"] == str(len(stored))
    assert sent.headers["content-type"].partition(";")[0] == MEDIA[Path(f"x{ending}").suffix]
    assert sent.headers["etag"] == f'"{sha256(stored).hexdigest()}"'
    assert "immutable" in sent.headers["cache-control"]
    named = sent.headers["content-disposition"]
    assert f'filename="kaimen-{edition.id}{ending}"' in named
    assert f"filename*=UTF-8''%E5%8F%AF%E5%BC%80%E6%94%BE%E5%AE%B9%E9%87%8F-{edition.id}{ending}" in named
    tag = {"if-none-match": sent.headers["etag"]}
    assert open_client.get(path, headers=tag).status_code == 304
    part = open_client.get(path, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, stored[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(stored)}"
    tail = open_client.get(path, headers={"range": "bytes=-5", "if-range": sent.headers["etag"]})
    assert (tail.status_code, tail.content) == (206, stored[-5:])
    whole = open_client.get(path, headers={"range": "bytes=-5", "if-range": '"another"'})
    assert (whole.status_code, whole.content) == (200, stored)
    beyond = open_client.get(path, headers={"range": f"bytes={len(stored)}-"})
    assert beyond.status_code == 416


def test_a_lost_or_damaged_file_is_made_anew(client: TestClient, district: Any, service: Service) -> None:
    edition = district()
    kept = {}
    for ending in ENDINGS:
        path = f"{PATH}/{edition.id}/download{ending}"
        kept[path] = client.get(path).content
        stored = folder_of(service.home, edition) / f"{edition.id}{ending}"
        if ending in {".csv", ".gpkg"}:
            stored.unlink()
        else:
            stored.write_bytes(b"damaged")
    for path, content in kept.items():
        for _ in range(2):
            again = client.get(path)
            assert again.content == content
            assert again.headers["etag"] == f'"{sha256(content).hexdigest()}"'


def test_rows_that_were_changed_are_not_sent(
    client: TestClient, district: Any, service: Service, engine: Engine
) -> None:
    edition = district()
    stored = folder_of(service.home, edition) / f"{edition.id}.csv"
    stored.unlink()
    with engine.begin() as connection:
        connection.exec_driver_sql("alter table disclosure.published disable trigger all")
        connection.exec_driver_sql(
            "update disclosure.published set open_capacity_kva = 9 where asset_id = 'F1'"
        )
    assert client.get(f"{PATH}/{edition.id}/download.csv").status_code == 503


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_asker(
    client: TestClient, district: Any, service: Service
) -> None:
    edition = district()
    (folder_of(service.home, edition) / f"{edition.id}.csv").unlink()
    (service.home / "downloads").write_text("in the way")
    assert client.get(f"{PATH}/{edition.id}/download.csv").status_code == 500


@pytest.mark.parametrize(
    "path",
    [
        *("2026-Q4-9", "..%2F..", "2026-Q4-1/diff/x", "x/diff/2026-Q4-1", "x/download.csv"),
        *("2026-Q4-1/download.shp", "2026-Q4-1/download."),
        *("2026-Q4-1/download...%2F..%2Fx.csv", "2026-Q4-1/download.CSV"),
    ],
)
def test_what_is_not_there_is_not_found(open_client: TestClient, path: str) -> None:
    answer = open_client.get(f"{PATH}/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_missing_edition_is_told_in_the_language(open_client: TestClient) -> None:
    for language, words in (("zh", "没有公开期次"), ("en", "does not exist")):
        told = open_client.get(f"{PATH}/x?lang={language}").json()["detail"]
        assert words in told
        assert "2026-Q4-1" in told


def test_a_difference_has_its_reasons(client: TestClient, district: Any, engine: Engine) -> None:
    district()
    with engine.begin() as connection:
        connection.exec_driver_sql("update grid.capacity set peak_a = 150 where asset_id = 'F1'")
    district()
    answer = client.get(f"{PATH}/2026-Q4-1/diff/2026-Q4-2?lang=zh")
    EditionDiff.model_validate(answer.json())
    assert {
        "asset_id": "F1", "field": "open_capacity_kva", "before": 3510.5, "after": 2644.5,
        "reason": "new_reading", "also": [],
    } in answer.json()["changed"]  # fmt: skip
    assert {each["reason"]: each["words"] for each in answer.json()["reasons"]}[
        "new_reading"
    ] == "负荷读数更新"
    assert "immutable" in answer.headers["cache-control"]
    assert client.get(f"{PATH}/2026-Q4-1/diff/2026-Q4-2?lang=zh").content == answer.content
    back = client.get(f"{PATH}/2026-Q4-2/diff/2026-Q4-1").json()
    assert (back["from"], back["to"]) == ("2026-Q4-2", "2026-Q4-1")
    same = client.get(f"{PATH}/2026-Q4-1/diff/2026-Q4-1").json()
    assert same["changed"] == same["added"] == same["removed"] == []
    assert json.dumps(answer.json()).count("C1") == 0


def test_no_secret_stands_in_any_answer(open_client: TestClient, tmp_path: Path) -> None:
    """Withheld assets, claims and sites of the district stand nowhere in what is told."""
    paths = ["/api/v1/capacity", "/api/v1/capacity?f=geojson", PATH, f"{PATH}/2026-Q4-1"]
    paths += ["/ogc/collections/capacity/items", "/ogc/collections/capacity/items?f=html"]
    for path in paths:
        words = open_client.get(path).text
        for secret in ("FD", "FS", "FI", "D4", "C1", "C5", "P5", "P6", "10kVFD线", "4号台区"):
            assert f'"{secret}"' not in words, (path, secret)
            assert f">{secret}<" not in words, (path, secret)
