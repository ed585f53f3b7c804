"""Policy files are refused for anything unknown, doubled, undated or uncited, all faults at once."""

from __future__ import annotations

import re
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from gis.errors import PolicyError
from gis.policy.decide import decide
from gis.policy.facts import read_facts
from gis.policy.load import jurisdictions, read_folder, read_jurisdiction
from gis.policy.model import PlugAndPlay
from tests.policy.sixth import SIXTH


def faults(text: str, file: str = "sixth.yaml") -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        read_jurisdiction(file, text)
    return caught.value.faults


def line(text: str, words: str) -> int:
    return next(at for at, each in enumerate(text.splitlines(), start=1) if words in each)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for each in resources.files("gis.policy").joinpath("jurisdictions").iterdir():
        (tmp_path / each.name).write_text(each.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_a_sixth_district_is_one_more_file(folder: Path) -> None:
    (folder / "sixth.yaml").write_text(SIXTH, encoding="utf-8")
    found = read_folder(folder)
    assert list(found) == sorted([*jurisdictions(), "sixth"])
    assert {name: found[name] for name in jurisdictions()} == jurisdictions()
    sixth = found["sixth"]
    answers = [
        decide(sixth, day, read_facts({"customer": "hv", "route": {"length_m": metres}})).parts["approval"]
        for day, metres in [
            (date(2025, 2, 28), 10),
            (date(2025, 3, 1), 49.9),
            (date(2025, 6, 1), 49.9),
            (date(2025, 6, 1), 50),
        ]
    ]
    assert [(each.kind.value, each.fields["limit_working_days"]) for each in answers] == [
        ("not_in_force", None),
        ("decided", 2),
        ("decided", 0.5),
        ("decided", 7),
    ]


def test_the_faults_of_all_files_are_told_at_once(folder: Path) -> None:
    (folder / "sixth.yaml").write_text(SIXTH.replace("less_than: 50", "below: 50"), encoding="utf-8")
    wanzhou = folder / "wanzhou.yaml"
    wanzhou.write_text(wanzhou.read_text(encoding="utf-8").replace("services: []", ""), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        read_folder(folder)
    assert [each.split(":")[0] for each in caught.value.faults] == ["sixth.yaml", "wanzhou.yaml"]


@pytest.mark.parametrize("name", list(jurisdictions()))
def test_every_file_carries_the_name_of_its_jurisdiction(name: str) -> None:
    assert resources.files("gis.policy").joinpath("jurisdictions", f"{name}.yaml").is_file()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("lv_limit_kw: 99", "lv_limit_kva: 99", "there is no lv_limit_kva here; write lv_limit_kw"),
        ("cite: [一2], ", "", "cite is missing; add cite"),
        ("cite: [一2]", "cite: []", "no clause is cited"),
        ("cite: [一2]", "cite: [一3]", "一3 is none of the file's clauses"),
        ("[{from: 2025-03-01, cite: [一2]", "[{cite: [一2]", "from is missing"),
        ("[{from: 2025-03-01, cite: [一2]", "[{from: soon, cite: [一2]", "no day; write it as YYYY-MM-DD"),
        ("route.length_m: {less_than: 50}", "route.lenght_m: {less_than: 50}", "write route.length_m"),
        ("less_than: 50", "below: 50", "there is no below here"),
        ("less_than: 50", "less_than: fifty", "no number from 0 on"),
        ("less_than: 50", "less_than: -1", "no number from 0 on"),
        ("less_than: 50", "less_than: .inf", "no number from 0 on"),
        ("{route.length_m: {less_than: 50}}", "{important: {at_most: 1}}", "there is no at_most here"),
        ("{route.length_m: {less_than: 50}}", "{area: {is: suburban}}", "'suburban' is not known here"),
        ("{route.length_m: {less_than: 50}}", "{important: {is: yes}}", "neither true nor false"),
        ("{route.length_m: {less_than: 50}}", "{route.length_m: {}}", "is compared with nothing"),
        (
            "procedure: filing, limit_working_days: 2",
            "procedure: filling, limit_working_days: 2",
            "write filing",
        ),
        ("id: filing", "id: other", "id other stands twice in approval"),
        (
            "before: [other]",
            "before: [others]",
            "others is no other row of approval; use one of other, filing",
        ),
        ("before: [other]", "before: [filing]", "filing is no other row of approval"),
        ("before: [other]", "before: other", "a list is needed here"),
        ("- id: other", "- id: other\n    before: [filing]", "goes in a circle"),
        ("    before: [other]\n", "", "approval: other and filing both answer where route.length_m is 0"),
        ("- id: other", "- id: other\n    when: {route.length_m: {more_than: 50}}", "never both answer"),
        ("from: 2025-06-01", "from: 2025-03-01", "days are not ascending"),
        ("services: []", "services: []\nservices: []", "services stands twice"),
        ("services: []", "", "services is missing"),
        ("services: []", "services: []\nservice: []", "there is no service here; write services"),
        ("id: sixth", "id: seventh", "the file of seventh is not seventh.yaml"),
        ("en: filing below 50 m}", "en: ''}", "a text is needed here"),
        ("{zh: 第六区, en: The sixth district}\nregion", "{zh: 第六区}\nregion", "en is missing"),
        ('region: "999999"', "region: 999999", "a text is needed here"),
        (
            "values: [{from",
            "when: {important: {is: true}}, values: [{from",
            "no important here",
        ),
        ("disclosure: []", "disclosure: {}", "a list is needed here"),
        (
            "public_line_limit: []",
            "public_line_limit: [{id: all, values: [{from: 2025-03-01, cite: [一2], "
            "public_line_limit_kva: 9, above_kv: [36]}]}]",
            "a voltage is none that a larger load is supplied at; use 10, 20, 35, 66, 110",
        ),
        ("services: []", "services: []\nplug_and_play: {}", "length_m is missing"),
        ("services: []", "services: []\nplug_and_play: {length_m: 0}", "no route is 0 m long"),
        ("services: []", "services: []\nplug_and_play: {length_m: 9, cite: [九]}", "九 is none of"),
        ("public_line_limit: []", "public_line_limit: [", "correct the YAML"),
    ],
)
def test_a_fault_is_told_with_file_line_and_repair(before: str, after: str, said: str) -> None:
    assert SIXTH.count(before) >= 1
    told = faults(SIXTH.replace(before, after, 1))
    assert any(said in each for each in told), told
    assert all(re.fullmatch(r"sixth\.yaml:\d+: .+; .+", each) for each in told)


def test_a_fault_names_its_line() -> None:
    text = SIXTH.replace("less_than: 50", "below: 50")
    assert faults(text)[0].startswith(f"sixth.yaml:{line(text, 'below: 50')}: ")


def test_all_faults_are_told_at_once() -> None:
    text = SIXTH.replace("less_than: 50", "below: 50").replace("lv_limit_kw: 99", "lv_limit_kw: many")
    text = text.replace("cite: [一1], procedure: approval", "procedure: approval")
    assert len(faults(text)) == 3


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words\n", "? [a]\n: b\n"])
def test_what_is_no_policy_is_refused(text: str) -> None:
    assert faults(text)


def test_a_gap_needs_two_readings() -> None:
    old = "{from: 2025-03-01, cite: [一1], procedure: approval, limit_working_days: 7}"
    gap = (
        "{from: 2025-03-01, cite: [一1], undecided: {gap: {zh: 空白, en: gap}, readings: "
        "[{words: {zh: 甲, en: a}, procedure: approval, limit_working_days: 7}]}}"
    )
    assert "a gap has two readings or more" in faults(SIXTH.replace(old, gap))[0]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("", PlugAndPlay(200, assumed=True, citation=None)),
        ("plug_and_play: {length_m: 150}", PlugAndPlay(150, assumed=True, citation=None)),
        ("plug_and_play: {length_m: 99.5, cite: [一1]}", PlugAndPlay(99.5, assumed=False, citation=("一1",))),
    ],
)
def test_the_length_of_a_plug_and_play_route_is_assumed_unless_a_clause_says_it(
    stated: str, expected: PlugAndPlay
) -> None:
    assert read_jurisdiction("sixth.yaml", f"{SIXTH}\n{stated}").plug_and_play == expected


def test_no_document_says_how_long_a_plug_and_play_route_is() -> None:
    assert {each.plug_and_play for each in jurisdictions().values()} == {
        PlugAndPlay(200, assumed=True, citation=None)
    }
