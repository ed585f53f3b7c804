"""The README of the demo district's files: a template for a user's own data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from layers.demo.awkward import WORDS

if TYPE_CHECKING:
    from layers.demo.files import DemoFile

_HEAD = """\
芦汀（演示区）：虚构的配电网与规划资料
Luting, the demo district: an invented grid and land-use plan

本目录的地名、线路、地块和读数全部由程序生成，与任何真实单位、地块或客户无关，不得作为供电依据。
Every place, line, parcel and reading in this folder is generated. None of it is real.

各文件的格式、坐标系和编码仿照供电企业和规划部门移交资料的常见做法，可作为整理自有数据的样板。
按以下顺序导入；导入前可加 --dry-run 试读。
Formats, coordinate systems and encodings are those in which such data is usually handed over: take the
files as a template for your own. Import them in this order; --dry-run reads without writing.
"""

_MIDDLE = """\
有意保留的问题，供核查功能发现
Slips that were left in for the checks to find
"""

_SLIPS = (
    ("可开放容量.xlsx", "10kV芦汀618 的最大电流高于限额电流", "a peak above its rating"),
    ("可开放容量.xlsx", "616、817 两线更新日期为 2024-06-30", "two readings of 2024"),
    ("可开放容量.xlsx", "719 无最大电流，812 无记录", "one peak and one feeder missing"),
    ("可开放容量.xlsx", "619、721、815 线路名称写法不同", "three names in another spelling"),
    (
        "可开放容量.xlsx",
        "623、717 公布值与读数不符",
        "two published figures that do not follow from the reading",
    ),
    ("接入点.csv", "614、713、622 所属线路写法不同", "feeder names in another spelling"),
    ("接入点.csv", "三处备用间隔数未填", "three numbers of spare bays missing"),
    ("台区负荷.csv", "三台配变超载，六台无读数，十二台读数为 2024 年", "overloaded, unread and old"),
    (
        "在途申请.xlsx",
        "同一地块两份申请（两处）",
        "two claims on one site, twice",
    ),
    (
        "道路.shp",
        "GBK 编码而无 .cpg；部分道路无路宽；鹭洲道路与外界不通",
        "GBK without .cpg; widths missing; an island",
    ),
)


def command(file: DemoFile) -> str:
    """Return the command that imports the file."""
    options = "".join(f" --{name.replace('_name', '')} {value}" for name, value in file.options.items())
    return f"kaimen import {file.layer} {file.files[0].name}{options}"


def text(files: Sequence[DemoFile]) -> str:
    """Return the README in Chinese and English."""
    lines = [_HEAD]
    for number, file in enumerate(files, start=1):
        lines += [f"{number:2d}. {file.words}", f"    {command(file)}"]
    lines += ["", _MIDDLE]
    lines += [f"  - {name}：{zh} / {en}" for name, zh, en in _SLIPS]
    lines += ["", "特殊地块 / awkward parcels", ""]
    lines += [f"  - {identity}：{zh} / {en}" for identity, (zh, en) in WORDS.items()]
    return "\n".join(lines) + "\n"
