"""Every word that a person may read is there in Chinese and in English, and none is left over."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import yaml

from gis.policy.decide import PARTS
from gis.policy.facts import TESTABLE
from gis.policy.load import FIGURES, PLACES, jurisdictions
from gis.policy.model import DOCUMENT_STAGES, DOCUMENTS, INVESTED_TO, PROCEDURES, STAGES, STATEMENTS, Kind
from gis.policy.schema import ABOVE_KV, COLUMNS
from gis.policy.words import vocabulary
from gis.words import Words

HAN = re.compile(r"[\u4e00-\u9fff]")
SOURCES = resources.files("gis.policy")


def asked_for() -> set[str]:
    """Return every key that the code or a policy file can ask for."""
    found = {f"kind.{kind}" for kind in Kind} | {f"part.{part}" for part in PARTS}
    found |= {"kind.silent.reason", "kind.not_in_force.reason"}
    apart = {"approval", "stages", "documents", "investment"}
    found |= {f"table.{name}" for name in (*COLUMNS, *STATEMENTS) if name not in apart}
    found |= {f"field.{name}" for columns in COLUMNS.values() for name in columns}
    found |= {"field.way", "field.voltage_kv", "basis.average"}
    found |= {f"procedure.{name}" for name in PROCEDURES} | {f"invested_to.{name}" for name in INVESTED_TO}
    found |= {f"way.{name}" for name in ("low_voltage", "public_line", "dedicated_or_higher")}
    also = ("approval", "construction", "stages_total", "application_to_energised")
    found |= {f"stage.{name}" for name in (*STAGES, *also)}
    found |= {f"clock.{name}" for name in ("utility", "government", "construction")}
    found |= {f"document_stage.{name}" for name in DOCUMENT_STAGES} | {
        f"document.{name}" for name in DOCUMENTS
    }
    found |= {f"fact.{name}" for name in TESTABLE} | {"value.true", "value.false"}
    found |= {
        f"value.{fact.name}.{each}"
        for fact in TESTABLE.values()
        if fact.type == "choice"
        for each in fact.choices
    }
    operators = ("at_most", "less_than", "at_least", "more_than", "is", "any_of")
    found |= {f"operator.{name}" for name in operators}
    found |= {f"reading.voltage_{kv:g}" for kv in ABOVE_KV}
    found |= {f"place.{name}" for name in PLACES} | {f"figure.{name}" for name in FIGURES}
    command = Path(__file__).parents[2] / "api" / "commands" / "policy.py"
    modules = [module for module in SOURCES.iterdir() if module.name.endswith(".py")]
    for module in (*modules, command):
        text = module.read_text(encoding="utf-8")
        found |= set(re.findall(r"[\"']((?:gap|timeline|notice|review|passed)\.[a-z_]+)[\"']", text))
    return found


def test_the_vocabulary_is_complete_and_nothing_is_left_over() -> None:
    assert set(vocabulary()) == asked_for()


def test_every_word_is_there_in_both_languages() -> None:
    for key, told in vocabulary().items():
        assert HAN.search(told.zh) or told.zh.isascii() is False, key
        assert told.en.strip()
        assert not HAN.search(told.en), key


def test_no_key_of_the_vocabulary_stands_twice() -> None:
    text = SOURCES.joinpath("words.yaml").read_text(encoding="utf-8")
    root = yaml.compose(text, yaml.SafeLoader)
    assert root is not None
    keys = [str(key.value) for key, _ in root.value]
    assert len(keys) == len(set(keys))


def test_every_jurisdiction_speaks_both_languages() -> None:
    for jurisdiction in jurisdictions().values():
        told: list[Words] = [jurisdiction.name, *jurisdiction.clauses.values()]
        for rows in jurisdiction.tables.values():
            values = [value for rule in rows for value in rule.values]
            told += [value.words for value in values if value.words]
            told += [reading.words for value in values for reading in value.readings]
        told += [row.words for rows in jurisdiction.statements.values() for row in rows]
        for each in told:
            assert HAN.search(each.zh)
            named = re.sub(r"[一二三]\([一二三四五六七]\)\d*|\(一般\)", "", each.en)
            assert not HAN.search(named), each.en
