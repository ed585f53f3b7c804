"""The words of the register in both languages."""

from __future__ import annotations

from gis.capacity.words import Word


class What(Word):
    """What happened to a claim (登记事项)."""

    ACCEPTED = "accepted", "受理", "accepted"
    EXTENDED = "extended", "延期或增容", "extended"
    RAMPED = "ramped", "部分送电", "energised in part"
    ENERGISED = "energised", "送电", "energised"
    WITHDRAWN = "withdrawn", "撤销", "withdrawn"
    EXPIRED = "expired", "到期", "expired"
    IMPORTED = "imported", "导入", "imported"
    CORRECTED = "corrected", "导入更正", "corrected by an import"
    REMOVED = "removed", "导入删除", "removed by an import"


class State(Word):
    """What a claim is on a day (申请状态)."""

    COUNTS = "counts", "在途", "counts"
    ALTERNATIVE = "alternative", "备选", "alternative"
    UNPLACED = "unplaced", "设备不明", "its asset is not known"
    FUTURE = "future", "未到受理日", "not yet accepted"
    ENERGISED = "energised", "已送电", "energised"
    WITHDRAWN = "withdrawn", "已撤销", "withdrawn"
    EXPIRED = "expired", "已到期", "expired"
