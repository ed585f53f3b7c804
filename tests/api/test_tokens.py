"""Tokens, by the command line and at the gate."""

from __future__ import annotations

import hmac
import re
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from layers import tokens
from layers.tables.tokens import ROLES
from layers.tokens import create, role_of

FORM = re.compile(r"kaimen_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")


def test_a_token_is_shown_once_and_kept_as_a_hash(kaimen: Any, engine: Engine) -> None:
    made = kaimen("token", "create", "--role", "planner", "--name", "规划处", "--days", "30", "--json").json
    assert FORM.fullmatch(made["token"])
    assert made["token"].split("_")[1] == made["id"]
    assert (made["role"], made["name"], made["state"]) == ("planner", "规划处", "valid")
    with engine.connect() as connection:
        kept = str(connection.execute(text("select * from access.tokens")).all())
    secret = made["token"].rpartition("_")[2]
    assert secret not in kept
    shown = kaimen("token", "list", "--json")
    assert secret not in shown.out
    assert [each["id"] for each in shown.json["tokens"]] == [made["id"]]
    assert made["expires_at"] > made["created_at"]


def test_without_json_the_token_alone_is_on_standard_output(kaimen: Any) -> None:
    made = kaimen("token", "create", "--role", "operator")
    assert FORM.fullmatch(made.out.strip())
    assert "operator" in kaimen("token", "list").out


@pytest.mark.parametrize(
    "options",
    [
        ["--days", "0"],
        ["--days", "-1"],
        ["--days", "3651"],
        ["--name", ""],
        ["--name", "a\nb"],
        ["--name", "x" * 201],
    ],
)
def test_what_no_token_can_have_is_refused(kaimen: Any, options: list[str]) -> None:
    refused = kaimen("token", "create", "--role", "planner", *options, "--json")
    assert refused.code == 1
    assert refused.error["faults"]
    assert kaimen("token", "list", "--json").json == {"tokens": []}


def test_the_role_has_to_be_named_and_known(kaimen: Any) -> None:
    assert kaimen("token", "create").code == 2
    assert kaimen("token", "create", "--role", "public").code == 2


def test_tokens_are_revoked_by_id_by_the_whole_by_name_and_by_role(kaimen: Any) -> None:
    made = [
        kaimen("token", "create", "--role", role, "--name", name, "--json").json
        for role, name in (("planner", "a"), ("planner", "b"), ("operator", "b"), ("operator", "c"))
    ]
    ended = kaimen("token", "revoke", made[0]["id"], "--json").json["revoked"]
    assert [each["state"] for each in ended] == ["revoked"]
    assert kaimen("token", "revoke", made[3]["token"], "--json").json["revoked"][0]["id"] == made[3]["id"]
    both = kaimen("token", "revoke", "--name", "b", "--role", "operator", "--json").json["revoked"]
    assert [each["id"] for each in both] == [made[2]["id"]]
    assert [
        each["id"] for each in kaimen("token", "revoke", "--role", "planner", "--json").json["revoked"]
    ] == [made[1]["id"]]
    assert {each["state"] for each in kaimen("token", "list", "--json").json["tokens"]} == {"revoked"}


def test_revoking_what_is_not_there_revokes_nothing(kaimen: Any) -> None:
    made = kaimen("token", "create", "--role", "planner", "--json").json
    for arguments in ([], [made["id"], "000000000000"], ["--name", "nobody"]):
        refused = kaimen("token", "revoke", *arguments, "--json")
        assert refused.code == 1
        assert refused.error["detail"]
    assert kaimen("token", "list", "--json").json["tokens"][0]["state"] == "valid"


@pytest.mark.parametrize("role", ROLES)
def test_a_token_raises_the_tier_and_a_revoked_one_is_refused_at_once(
    client: TestClient, kaimen: Any, role: str
) -> None:
    made = kaimen("token", "create", "--role", role, "--json").json
    shown = {"Authorization": f"bearer {made['token']}"}
    assert client.get("/", headers=shown, follow_redirects=False).status_code == 200
    assert client.get("/metrics", headers=shown).status_code == (200 if role == "operator" else 403)
    kaimen("token", "revoke", made["id"])
    assert client.get("/", headers=shown).status_code == 401


def test_an_expired_token_is_refused(client: TestClient, kaimen: Any, engine: Engine) -> None:
    made = kaimen("token", "create", "--role", "operator", "--json").json
    with engine.begin() as connection:
        connection.execute(
            text(
                "update access.tokens set created_at = now() - interval '2 days',"
                " expires_at = now() - interval '1 s'"
            )
        )
    refused = client.get("/healthz", headers={"Authorization": f"Bearer {made['token']}"})
    assert refused.status_code == 401
    assert kaimen("token", "list", "--json").json["tokens"][0]["state"] == "expired"


GOOD = "kaimen_" + "a" * 12 + "_" + "B" * 43


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", f"Bearer {GOOD}", f"Basic {GOOD}", f"Token {GOOD}", GOOD, "Bearer x",
     f"Bearer {GOOD} x", "Bearer ' or 1=1 --", f"Bearer {GOOD}\u00e9"],
)  # fmt: skip
def test_what_is_no_token_is_never_silently_public(client: TestClient, header: str) -> None:
    refused = client.get("/healthz", headers={b"Authorization": header.encode("latin-1")})
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer ")
    assert refused.headers["cache-control"] == "no-store"


def test_two_tokens_at_once_are_refused(client: TestClient, bearer: Any) -> None:
    shown = [("Authorization", bearer(role)["Authorization"]) for role in ROLES]
    assert client.get("/healthz", headers=shown).status_code == 401


def test_every_part_of_a_token_counts(engine: Engine) -> None:
    with engine.begin() as connection:
        whole, _ = create(connection, "operator", None, 1)
        other, _ = create(connection, "operator", None, 1)
        assert role_of(connection, whole) == "operator"
        start, _, secret = whole.rpartition("_")
        for wrong in (
            f"{start}_{secret[:-1]}{'A' if secret[-1] != 'A' else 'B'}",
            f"{start}_{other.rpartition('_')[2]}",
            f"{start}_{secret}A",
            f"{start}_{secret[:-1]}",
            f"{start}_{secret.swapcase()}",
            f" {whole}",
            f"{whole}\n",
            start,
            "",
        ):
            assert role_of(connection, wrong) is None


def test_hashes_are_compared_in_constant_time_also_where_there_is_none(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[Any, Any]] = []

    def watched(one: Any, other: Any) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(tokens, "hmac", SimpleNamespace(compare_digest=watched))
    with engine.begin() as connection:
        whole, _ = create(connection, "planner", None, 1)
        assert role_of(connection, whole) == "planner"
        assert role_of(connection, GOOD) is None
    assert len(compared) == 2
    assert {len(each) for pair in compared for each in pair} == {64}
