"""The words of the model in both languages: statuses, reasons, where a figure comes from."""

from __future__ import annotations

from enum import IntFlag, StrEnum
from typing import Final, Literal, Self

Language = Literal["zh", "en"]

LEVELS: Final = ("substation", "main_transformer", "feeder", "transformer")
"""Asset levels from the top down; a level's code is its position."""

LEVEL_WORDS: Final = {
    "substation": ("变电站", "substation"),
    "main_transformer": ("主变", "main transformer"),
    "feeder": ("线路", "feeder"),
    "transformer": ("配变", "distribution transformer"),
}
"""Level -> Chinese and English."""


class Word(StrEnum):
    """A word of the interface with its Chinese and English reading."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str, en: str) -> Self:
        """Make the word."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.zh, word.en = zh, en
        return word

    def say(self, language: Language) -> str:
        """Return the word for people."""
        return self.zh if language == "zh" else self.en


class Status(Word):
    """Whether an asset can take load (开放状态)."""

    OPEN = "open", "不受限", "open"
    TIGHT = "tight", "预警", "tight"
    RESTRICTED = "restricted", "受限", "restricted"
    UNKNOWN = "unknown", "无数据", "unknown"


class Reason(Word):
    """Why an asset has its status (状态原因)."""

    ROOM = "room", "尚有可开放容量", "there is room left"
    PENDING = "pending", "在途容量已用尽余量", "what is pending uses up what is left"
    BELOW_THRESHOLD = "below_threshold", "余量低于预警阈值", "less than the threshold of its level is left"
    ANCESTOR_TIGHT = "ancestor_tight", "上级设备预警", "an asset above it is tight"
    ANCESTOR_SHORT = (
        "ancestor_short",
        "上级设备余量低于本级预警阈值",
        "an asset above it leaves less than the threshold of this level",
    )
    PEAK = "peak", "最大负荷已达到限额", "its peak is at its limit or above it"
    ANCESTOR_RESTRICTED = "ancestor_restricted", "上级设备受限", "an asset above it is restricted"
    NO_READING = "no_reading", "无有效读数", "it has no reading that counts"
    VOLTAGE_MISSING = (
        "voltage_missing",
        "电压等级缺失，电流无法折算",
        "its figures are in A and its voltage is not known",
    )
    RATING_MISSING = "rating_missing", "额定值或限额缺失", "its rating is missing"
    PEAK_MISSING = "peak_missing", "最大负荷缺失", "its peak is missing"
    READING_STALE = "reading_stale", "读数过期", "its reading is too old"


class Label(Word):
    """How sure a figure is (数据性质)."""

    MEASURED = "measured", "实测", "measured"
    ASSUMED = "assumed", "含假定", "assumed"
    ESTIMATED = "estimated", "估算", "estimated"
    PUBLISHED = "published", "供电企业公布", "published by the utility"
    STATED = "stated", "台账所列", "stated by the data"
    UNKNOWN = "unknown", "无数据", "unknown"


class LimitKind(Word):
    """How a limit was got (限额来源)."""

    STATED = "stated", "给定的最终限额", "stated as final"
    N_1 = "n_1", "主变N-1", "N-1 of its main transformers"
    SINGLE = "single", "单主变", "its single main transformer"
    INSTALLED = "installed", "变电站额定容量折算", "its stated rated capacity; N-1 cannot be told"
    CURRENT = "current", "限额电流折算", "its rated current"
    RATED = "rated", "额定容量折算", "its rated capacity"
    UNKNOWN = "unknown", "无数据", "unknown"


class Loading(Word):
    """How heavily an asset is loaded (负载水平)."""

    NORMAL = "normal", "正常", "normal"
    HEAVY = "heavy", "重载", "heavily loaded"
    OVERLOADED = "overloaded", "过载", "overloaded"
    UNKNOWN = "unknown", "无数据", "unknown"


class Gap(IntFlag):
    """What is missing about an asset so that its figure, and those below it, are upper bounds (上界)."""

    NONE = 0
    NO_PARENT = 1
    TRANSFORMER_UNKNOWN = 2
    INSTALLED = 4
    ESTIMATED = 8
    CLAIM_WITHOUT_KVA = 16


GAP_WORDS: Final = {
    Gap.NO_PARENT: ("上级设备不明", "what it hangs on is not known"),
    Gap.TRANSFORMER_UNKNOWN: ("供电主变不明", "which main transformer feeds it is not known"),
    Gap.INSTALLED: ("变电站主变不明，N-1无法核算", "N-1 cannot be told: its main transformers are not known"),
    Gap.ESTIMATED: ("负荷由公用配变估算，未含客户专变", "its peak leaves out customers' own transformers"),
    Gap.CLAIM_WITHOUT_KVA: ("有在途申请未填容量", "a claim at it or below it states no capacity"),
}
"""What is missing -> Chinese and English."""
