"""Every figure and every day of a policy file stands in the clause that it cites; no sentence is copied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from gis.policy.load import jurisdictions
from gis.policy.model import Dated, Jurisdiction, Rule
from tests.policy.clauses import DOCUMENTS, FILES, clauses, plain, says

pytestmark = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason="the documents of the policies lie beside the repository only"
)
HERE = Path(__file__).parent
COPIED = 16
"""Characters in a row that no text of ours has in common with a document."""
EVERY = list(jurisdictions())
NOT_IN_WORDS = {"supplies"}
"""Facts whose limits a document writes in words: single and double supply."""


def figures(value: Any) -> Iterator[float]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from figures(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from figures(each)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def stated(rule: Rule, value: Dated) -> Iterator[float]:
    for read in (value.fields, *(reading.fields for reading in value.readings)):
        fields = dict(read)
        stages = fields.get("stages") or ()
        if fields.get("count") == len(stages):
            fields.pop("count")  # the stages are named one by one
        yield from figures(fields)
    for test in rule.when.walk():
        if test.fact not in NOT_IN_WORDS:
            yield from figures(test.limit)


def rows(jurisdiction: Jurisdiction) -> Iterator[tuple[str, Rule, Dated]]:
    for table, rules in jurisdiction.tables.items():
        for rule in rules:
            for value in rule.values:
                yield table, rule, value


def of_table(jurisdiction: Jurisdiction, table: str) -> set[str]:
    """Return all clauses of a table: where a document is silent is bounded by what it says elsewhere."""
    return {clause for rule in jurisdiction.tables[table] for value in rule.values for clause in value.cite}


@pytest.mark.parametrize("name", EVERY)
def test_every_clause_exists_in_the_document(name: str) -> None:
    known = clauses(name)
    assert [clause for clause in jurisdictions()[name].clauses if not known.get(clause)] == []


@pytest.mark.parametrize("name", EVERY)
def test_every_figure_stands_in_a_clause_that_it_cites(name: str) -> None:
    known = clauses(name)
    wrong = []
    for table, rule, value in rows(jurisdictions()[name]):
        text = "\n".join(known[clause] for clause in value.cite or of_table(jurisdictions()[name], table))
        wrong += [
            (table, rule.id, number) for number in stated(rule, value) if number and not says(text, number)
        ]
    for kind, statements in jurisdictions()[name].statements.items():
        for row in statements:
            text = "\n".join(known[clause] for clause in row.cite)
            wrong += [(kind, row.id, number) for number in row.figures.values() if not says(text, number)]
    assert wrong == []


@pytest.mark.parametrize("name", EVERY)
def test_every_day_is_the_documents_own_or_stands_in_a_clause_that_it_cites(name: str) -> None:
    jurisdiction, known = jurisdictions()[name], clauses(name)
    dated = [(rule.id, value.since, value.cite) for _, rule, value in rows(jurisdiction) if value.cite]
    dated += [(row.id, row.since, row.cite) for kind in jurisdiction.statements.values() for row in kind]
    wrong = []
    for row_id, since, cite in dated:
        text = "".join(known[clause] for clause in cite)
        # "2021年、2022年底前" names both years; a section may name the year once and go on.
        said = re.search(rf"{since.year}年(底|、\d+年底)", text) is not None
        if since != jurisdiction.document.in_force_from and not (
            said and (since.month, since.day) == (12, 31)
        ):
            wrong.append((row_id, since, cite))
    assert wrong == []


@pytest.mark.parametrize("name", EVERY)
def test_the_document_has_the_day_and_the_number_stated(name: str) -> None:
    document = jurisdictions()[name].document
    text = plain((DOCUMENTS / FILES[name]).read_text(encoding="utf-8"))
    if document.dated is not None:
        assert f"{document.dated.year}年{document.dated.month}月{document.dated.day}日" in text
    assert plain(document.number) in text
    assert re.sub(r"\W", "", plain(document.title.zh)) in re.sub(r"\W", "", text)


def chinese(told: Any) -> Iterator[str]:
    """Yield every Chinese text of a file but the names of its document."""
    if isinstance(told, Mapping):
        yield from (
            each for key, value in told.items() if key not in ("title", "issuer") for each in chinese(value)
        )
    elif isinstance(told, list):
        yield from (each for value in told for each in chinese(value))
    elif isinstance(told, str):
        yield told


@pytest.mark.parametrize("name", EVERY)
def test_no_sentence_of_a_document_is_copied(name: str) -> None:
    own = resources.files("gis.policy").joinpath("jurisdictions", f"{name}.yaml").read_text(encoding="utf-8")
    cases = (HERE / "cases" / f"{name}.yaml").read_text(encoding="utf-8")
    document = plain((DOCUMENTS / FILES[name]).read_text(encoding="utf-8"))
    theirs = {document[at : at + COPIED] for at in range(len(document) - COPIED + 1)}
    copied = {
        ours[at : at + COPIED]
        for file in (own, cases)
        for ours in map(plain, chinese(yaml.safe_load(file)))
        for at in range(len(ours) - COPIED + 1)
    } & theirs
    assert copied == set()


UNIT = r"(?:米|千瓦|千伏安|千伏|k[wv]a?)"
SAID = {
    "at_most": r"{n}{unit}(?:及以内|及以下|以内|以下|内)|不超过{n}{unit}|10\({n}\){unit}",
    "less_than": r"小于{n}{unit}",
    "at_least": r"{n}{unit}(?:及以上|以上)",
    "more_than": r"大于{n}{unit}|超过{n}{unit}",
}
TURNED = {"at_most": "more_than", "more_than": "at_most", "less_than": "at_least", "at_least": "less_than"}
"""A row beside another one is bounded by what the other leaves."""


def worded(text: str, operator: str, limit: float) -> bool:
    """Whether a text puts a boundary in the words that an operator stands for."""
    pattern = SAID[operator].format(n=rf"(?<![\d.]){limit:g}", unit=UNIT)
    return re.search(pattern, text.lower()) is not None


@pytest.mark.parametrize("name", EVERY)
def test_every_boundary_includes_its_limit_as_the_document_words_it(name: str) -> None:
    known, wrong = clauses(name), []
    exactly = {
        table: {
            (test.fact, test.limit) for rule in rules for test in rule.when.walk() if test.operator == "is"
        }
        for table, rules in jurisdictions()[name].tables.items()
    }
    for table, rule, value in rows(jurisdictions()[name]):
        text = "".join(known[clause] for clause in value.cite or of_table(jurisdictions()[name], table))
        wrong += [
            (table, rule.id, test.fact, test.operator, test.limit)
            for test in rule.when.walk()
            if isinstance(test.limit, int | float) and test.operator in SAID
            if test.limit and test.fact not in NOT_IN_WORDS
            if (test.fact, test.limit) not in exactly[table]
            if not any(worded(text, each, test.limit) for each in (test.operator, TURNED[test.operator]))
        ]
    assert wrong == []
