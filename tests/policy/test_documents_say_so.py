"""Every figure and every day of a policy file stands in the clause that it cites; no sentence is copied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

import pytest

from gis.policy.load import jurisdictions
from gis.policy.model import Dated, Jurisdiction, Rule
from tests.policy.clauses import DOCUMENTS, FILES, clauses, plain, says

pytestmark = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason="the documents of the policies lie beside the repository only"
)
COPIED = 22
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


@pytest.mark.parametrize("name", EVERY)
def test_no_sentence_of_a_document_is_copied(name: str) -> None:
    jurisdiction, known = jurisdictions()[name], clauses(name)
    for clause, told in jurisdiction.clauses.items():
        ours, theirs = plain(told.zh), known[clause]
        longest = SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match()
        assert longest.size < COPIED, ours[longest.a : longest.a + longest.size]
