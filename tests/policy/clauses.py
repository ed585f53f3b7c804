"""The documents cut into their clauses: section, part, item; annex, its notes, rows of the ledger."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

DOCUMENTS = Path(__file__).parents[2].parent / "shared" / "policy"
FILES = {
    "wujiang": "wujiang-2021.txt",
    "liangzihu": "liangzihu-2023.txt",
    "wanzhou": "wanzhou-2021.txt",
    "jilin-local-power": "jilin-local-power-2022.txt",
    "suzhou-anhui": "suzhou-anhui-2021.txt",
}

_SECTION = re.compile(r"([一二三四五])、")
_PART = re.compile(r"\(([一二三四五六七八九十])\)")
_ITEM = re.compile(r"(\d+)\s*\.")
_ROW = re.compile(r"(\d+)$")
_NOTE = re.compile(r"(?:注:)?(\d)\.")
_UNNUMBERED = {"优化营商环境重点工作任务": "三"}
"""A heading that lost its number in the published text."""


def plain(text: str) -> str:
    """Return text in one width without blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def clauses(jurisdiction: str) -> Mapping[str, str]:
    """Return the text of every clause of a document by its name."""
    text = (DOCUMENTS / FILES[jurisdiction]).read_text(encoding="utf-8")
    found: defaultdict[str, str] = defaultdict(str)
    section = part = item = annex = ""
    for raw in text.splitlines():
        line = plain(re.sub(r"\[bookmark:[^]]*\]", "", raw))
        if line in ("附件1", "附件2"):
            annex, section, part, item = line, "", "", ""
        if annex:
            item = _in_annex(annex, line, item)
            name = "annex 1" if annex == "附件1" else "ledger"
            found[name] += f"{line}\n"
            if item:
                found[f"{name} {item}"] += f"{line}\n"
            continue
        if head := _SECTION.match(line):
            section, part, item = head[1], "", ""
        elif line in _UNNUMBERED:
            section, part, item = _UNNUMBERED[line], "", ""
        elif head := _PART.match(line):
            part, item = f"({head[1]})", ""
        elif part and (head := _ITEM.match(line)):
            item = head[1]
        for name in {section, section + part, section + part + item} - {""}:
            found[name] += f"{line}\n"
    return found


def _in_annex(annex: str, line: str, item: str) -> str:
    if annex == "附件1":
        note = _NOTE.match(line)
        return f"note {note[1]}" if note and (line.startswith("注") or item) else item
    row = _ROW.fullmatch(line)
    return row[1] if row else item


def says(text: str, number: float) -> bool:
    """Whether a figure stands in a text, written in digits or, of a pair, as 两."""
    if number == 2 and "两" in text:
        return True
    return re.search(rf"(?<![\d.]){re.escape(f'{number:g}')}(?![\d]|\.\d)", text) is not None
