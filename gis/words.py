"""Words that people read, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Literal

import yaml

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in Chinese and English."""

    zh: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


def read_words(package: str, file: str = "words.yaml") -> dict[str, Words]:
    """Return the words of a package's file by key."""
    text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    return {key: Words(**pair) for key, pair in yaml.load(text, yaml.CSafeLoader).items()}
