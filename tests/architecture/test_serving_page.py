"""The page on serving says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.responses import FileResponse

from api import bounds, server
from api.made_files import FOLDER
from api.middleware import rates
from api.operations.tokens import MAX_DAYS
from api.rehearsal import LOOK_S
from api.service import MOST_OF_FILES
from api.settings import Settings
from layers.jobs import KEPT_DAYS, MOST_ATTEMPTS
from layers.public_wall import ROLE, STATEMENT_TIMEOUT_MS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    field = Settings.model_fields[name]
    assert field.description
    [line] = [each for each in PAGE.splitlines() if each.startswith(f"| `KAIMEN_{name.upper()}` |")]
    default = "none" if field.default is None else f"`{field.default}`"
    assert line.split("|")[2].strip() == default


def test_no_setting_is_documented_that_is_not_there() -> None:
    told = {line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `KAIMEN_")}
    assert told == {f"KAIMEN_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize(
    "told",
    [
        f"| path and query | {bounds.MAX_URL_BYTES:,} bytes |",
        f"| header fields | {bounds.MAX_HEADERS}, {bounds.MAX_HEADER_BYTES:,} bytes |",
        f"{bounds.MAX_BODY_BYTES:,} bytes | 413",
        f"| time for request line and header | {bounds.HEAD_SECONDS:.0f} s |",
        f"| time for the body | {bounds.BODY_SECONDS:.0f} s |",
        f"| connections of a process | {server.MAX_CONNECTIONS:,} |",
        f"up to {server.END_SECONDS} seconds",
        f"{rates.WRONG_TOKENS_A_MINUTE} wrong ones in a minute",
        f"An assessment costs {rates.cost_of('/api/v1/connection')} units",
        f"a notice {rates.cost_of('/api/v1/parcels/P/connection/notice.pdf')},",
        f"a screening and a notice {rates.cost_of('/api/v1/screenings')},",
        f"after {MOST_ATTEMPTS} attempts",
        f"remembered for {KEPT_DAYS} days",
        f"{MAX_DAYS:,} at most",
        f"end after {STATEMENT_TIMEOUT_MS // 1000} seconds",
        f"`{ROLE}`",
        f"Every {LOOK_S:.0f} seconds it looks",
        f"`KAIMEN_HOME/{FOLDER}/`",
        f"up to {MOST_OF_FILES >> 20} MiB of them",
        f"pieces of {FileResponse.chunk_size >> 10} kB",
    ],
)
def test_the_figures_are_those_of_the_code(told: str) -> None:
    assert told in PAGE.replace("\n", " ")


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_both_readmes_lead_to_it(readme: str) -> None:
    assert "(docs/serving.md)" in (ROOT / readme).read_text(encoding="utf-8")
