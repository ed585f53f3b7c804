"""A page that shows what the database holds: the drawing, and the rows of each layer."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from gis.dictionary.model import layers

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kaimen 开门接电</title>
<style>
body {{ margin: 0; color: #23302f }}
body {{ font: 15px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif }}
main {{ max-width: 1600px; margin: 0 auto; padding: 0 12px 40px }}
svg {{ width: 100%; height: auto }}
table {{ border-collapse: collapse; margin-top: 12px }}
td, th {{ padding: 3px 16px 3px 0; text-align: left; border-bottom: 1px solid #d9d5c8 }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums }}
</style></head>
<body><main>
{drawing}
<table><caption>Layers 图层</caption>
<thead><tr><th scope="col">layer</th><th scope="col">图层</th><th scope="col">rows</th></tr></thead>
<tbody>{rows}</tbody></table>
</main></body></html>
"""


def overview_html(drawing: str, counts: Mapping[str, int]) -> str:
    """Return the page.

    Parameters
    ----------
    drawing
        An SVG element.
    counts
        Layer -> rows.
    """
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td>{escape(layers()[name].zh)}</td><td class="n">{count:,}</td></tr>'
        for name, count in counts.items()
    )
    return _PAGE.format(drawing=drawing, rows=rows)
