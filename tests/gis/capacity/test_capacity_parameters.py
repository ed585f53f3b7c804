from __future__ import annotations

import json
import re
import tomllib
from importlib import resources

import pytest

from gis.capacity.parameters import KEYS, default_parameters, read_parameters
from gis.errors import InputError

TEXT = resources.files("gis.capacity").joinpath("parameters.toml").read_text(encoding="utf-8")


def test_the_defaults_are_those_of_the_design() -> None:
    values = default_parameters()
    assert (values.rho, values.transfer_kva, values.single_transformer) == (1.0, 0.0, "zero")
    assert (values.derate_main_transformer, values.derate_feeder, values.derate_transformer) == (0.8,) * 3
    assert (values.k_d, values.k_s, values.max_age_months) == (1.0, 1.0, 15)
    assert (values.tight_transformer_kva, values.tight_feeder_kva) == (160.0, 2_000.0)
    assert (values.heavy_share, values.overload_share, values.disclosed) == (0.8, 1.0, "computed")
    assert values.overridden == ()


def test_the_file_states_every_key_and_says_what_it_is_in_both_languages() -> None:
    assert set(tomllib.loads(TEXT)) == {"version", *KEYS}
    for key in KEYS:
        [comment] = re.findall(rf"((?:^#.*\n)+){key} = ", TEXT, re.MULTILINE)
        assert re.search("[\u4e00-\u9fff]", comment), key
        assert re.search(r"^# unit: .+; label: (assumed|published|measured)", comment, re.MULTILINE), key
        assert re.search(r"/ [A-Z]|^# [A-Z]", comment, re.MULTILINE), key


def test_a_utilitys_own_file_states_only_what_it_changes() -> None:
    made = read_parameters('version = "湖-1"\nderate_feeder = 0.7\nmax_age_months = 12\nk_d = 1\n', "hu.toml")
    assert (made.name, made.version, made.base_version) == ("hu.toml", "湖-1", default_parameters().version)
    assert made.overridden == ("derate_feeder", "k_d", "max_age_months")
    assert (made.derate_feeder, made.max_age_months, made.derate_transformer) == (0.7, 12, 0.8)
    assert isinstance(made.k_d, float)
    assert str(made) == "hu.toml 湖-1"


def test_an_empty_file_is_the_defaults_by_another_name() -> None:
    made = read_parameters("", "empty.toml")
    assert made.as_dict()["values"] == default_parameters().as_dict()["values"]


def test_an_edition_keeps_it_as_plain_values_in_one_order() -> None:
    made = read_parameters("rho = 1.3", "hu.toml").as_dict()
    assert list(made) == ["name", "version", "base_version", "overridden", "values"]
    assert list(made["values"]) == list(KEYS)
    assert json.loads(json.dumps(made)) == made
    assert made["values"]["rho"] == 1.3


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("derate_feder = 0.7", "derate_feder: is no parameter; did you mean derate_feeder?"),
        ("nonsense = 1", "nonsense: is no parameter; remove it."),
        ("rho = 0", "rho: 0 is out of range; write a number more than 0 and at most 2."),
        ("rho = nan", "rho: nan is out of range"),
        ("k_d = inf", "k_d: inf is out of range"),
        (
            'rho = "1.0"',
            "rho: '1.0' is not a number; write a number more than 0 and at most 2, without quotes.",
        ),
        ("rho = true", "rho: True is not a number"),
        ("max_age_months = 12.5", "max_age_months: 12.5 is not a whole number"),
        ("max_age_months = 0", "write a whole number at least 1 and at most 120"),
        ('disclosed = "ours"', 'disclosed: \'ours\' is no word of it; write "computed" or "published".'),
        ("single_transformer = []", "single_transformer: [] is no word of it"),
        ("estimate_feeders = 1", "estimate_feeders: 1 is neither true nor false"),
        ("version = 2", "version: is no text"),
        ("heavy_share = 1.1", "heavy_share: 1.1 is above overload_share 1"),
        ("[derate]\nfeeder = 0.7", "derate: is no parameter"),
    ],
)
def test_a_fault_names_the_key_and_the_repair(line: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_parameters(line, "hu.toml")
    [fault] = caught.value.faults
    assert words in fault
    assert "hu.toml" in caught.value.detail


def test_all_faults_come_at_once() -> None:
    with pytest.raises(InputError) as caught:
        read_parameters("rho = 9\nk_d = 'x'\nfoo = 1\n", "hu.toml")
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["rho", "k_d", "foo"]


@pytest.mark.parametrize("text", ["rho 1.0", "rho = 1\nrho = 2", "rho = 0,8"])
def test_what_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"hu\.toml is no TOML"):
        read_parameters(text, "hu.toml")
