"""The browser writes every figure as the server does."""

from __future__ import annotations

import random
from base64 import b64encode
from pathlib import Path

from playwright.sync_api import Page

from gis.figures import figure, short

MODULE = Path(__file__).parents[2] / "maps" / "static" / "app" / "page-dom.js"
PARTS = "".join(
    f'<script id="{each}" type="application/json">{{}}</script>'
    for each in ("page-words", "page-data", "map-style")
)
ASK = """([source, values]) => import(source).then(({ figure, kva, metres }) => values.map((value) =>
  [0, 1, 2, 3].map((digits) => figure(value, digits)).concat(figure(value), kva(value), metres(value))))"""


def test_it_rounds_every_figure_as_the_server_does(page: Page) -> None:
    dice = random.Random(315)  # noqa: S311  # no secret
    values = [3.15, 0.05, 0.25, 1.005, 99.95, 99.949, 100.5, 999.95, 0.0, -0.04, -3.15, 1e12, 12345678.5]
    values += [dice.randrange(-(10**7), 10**7) / 10 ** dice.randrange(5) for _ in range(4_000)]
    values += [dice.randrange(10**6) * 10 + 5 for _ in range(10)]
    values += [(dice.randrange(10**6) * 10 + 5) / 10 ** dice.randrange(1, 6) for _ in range(4_000)]  # ties
    values += [dice.uniform(-1e5, 1e5) for _ in range(4_000)]
    page.set_content(PARTS)
    source = "data:text/javascript;base64," + b64encode(MODULE.read_bytes()).decode()
    shown = page.evaluate(ASK, [source, values])
    for value, texts in zip(values, shown, strict=True):
        told = [figure(value, digits) for digits in range(4)]
        assert texts == [*told, told[1], f"{short(value)} kVA", f"{short(value)} m"], value
