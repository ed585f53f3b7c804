"""Pages of the open data for people (开放数据网页): words, links and tables, no script, all of it escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

Language = Literal["zh", "en"]

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
"""Content-Security-Policy of these pages: they load nothing and run nothing."""

_PAGE: Final = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0; color: #23302f; background: #fff }}
body {{ font: 16px/1.6 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif }}
main {{ max-width: 76rem; margin: 0 auto; padding: 1rem 1rem 3rem }}
h1 {{ font-size: 1.5rem; line-height: 1.3 }}
a {{ color: #00727a }}
div.wide {{ overflow-x: auto }}
table {{ border-collapse: collapse }}
td, th {{ padding: .2rem 1.2rem .2rem 0; text-align: left; vertical-align: top }}
td, th {{ border-bottom: 1px solid #d9d5c8 }}
td {{ overflow-wrap: anywhere }}
</style></head>
<body><main>
{body}
</main></body></html>
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell of a table: words, and where they lead; "" where they lead nowhere."""

    words: str
    href: str = ""


def page(
    title: str,
    about: str,
    crumbs: Iterable[Cell],
    head: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    links: Iterable[Cell],
    language: Language,
) -> str:
    """Return a page.

    Parameters
    ----------
    title, about
        What it is.
    crumbs
        Pages above it.
    head, rows
        Its table; no table where ``head`` is empty.
    links
        Where one may go from it.
    language
        Of the words.
    """
    parts = [
        f"<p>{' › '.join(map(_said, crumbs))}</p>",
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(about)}</p>",
    ]
    if head:
        cells = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
        lines = "\n".join(f"<tr>{''.join(f'<td>{_said(each)}</td>' for each in row)}</tr>" for row in rows)
        table = f"<table><thead><tr>{cells}</tr></thead><tbody>\n{lines}\n</tbody></table>"
        parts.append(f'<div class="wide">{table}</div>')
    parts.append(f"<ul>{''.join(f'<li>{_said(each)}</li>' for each in links)}</ul>")
    lang = "zh-CN" if language == "zh" else "en"
    return _PAGE.format(lang=lang, title=escape(title), body="\n".join(parts))


def _said(cell: Cell) -> str:
    if not cell.href.startswith(("http://", "https://", "/")):
        return escape(cell.words)
    return f'<a href="{escape(cell.href)}">{escape(cell.words)}</a>'
