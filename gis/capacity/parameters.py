"""The coefficients of the model (模型参数): ``parameters.toml`` beside this module, and a utility's own file.

The file says for every value in Chinese and English what it is, its unit and where it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, get_args

from gis.settings_file import Flag, Number, Rule, Stated, Word, defaults, keys_of, overlaid

Disclosed = Literal["computed", "published"]
SingleTransformer = Literal["zero", "rated"]
Undated = Literal["current", "stale"]


@dataclass(frozen=True, slots=True)
class CapacityParameters(Stated):
    """Every coefficient of the open capacity; a unit is the name's suffix, a share lies in 0-1.

    Attributes
    ----------
    rho
        Share of its rating that a main transformer may carry while another is out of service (N-1).
    transfer_kva
        What neighbours can take over after a fault, where a substation states nothing (转供).
    single_transformer
        Limit of a substation with one main transformer: ``zero``, it has no firm capacity and transfer
        alone counts; ``rated``, no N-1 is asked of it and rho times the rating counts.
    derate_main_transformer, derate_feeder, derate_transformer
        Share of the rating that may be used at each level (负载率上限).
    derate_substation
        The same for a rated capacity that a substation states itself while its transformers are unknown.
    k_d, k_s
        Demand and coincidence factor of accepted claims (需要系数、同时系数).
    simultaneity
        Peaks of children add up to this share of their sum (同时率).
    estimate_feeders
        Whether a feeder's peak may be estimated from its distribution transformers.
    power_factor
        Of a peak in kW that states none (功率因数).
    peak_months
        Months up to the newest metered reading whose highest peak counts; 0 where each reading holds the
        peak of its year already.
    max_age_months
        An older reading is stale on the day asked.
    undated_reading
        What a reading without a date counts as.
    tight_transformer_kva, tight_feeder_kva
        Less open capacity than this is tight (预警).
    heavy_share, overload_share
        Loading from which on an asset is heavily loaded (重载) or overloaded (过载).
    published_difference_share, published_difference_kva
        The utility's own figure may differ from ours by this share of the larger one, and by this much.
    disclosed
        Which figure goes to the public.
    """

    rho: float
    transfer_kva: float
    single_transformer: SingleTransformer
    derate_main_transformer: float
    derate_feeder: float
    derate_transformer: float
    derate_substation: float
    k_d: float
    k_s: float
    simultaneity: float
    estimate_feeders: bool
    power_factor: float
    peak_months: int
    max_age_months: int
    undated_reading: Undated
    tight_transformer_kva: float
    tight_feeder_kva: float
    heavy_share: float
    overload_share: float
    published_difference_share: float
    published_difference_kva: float
    disclosed: Disclosed


KEYS: Final = keys_of(CapacityParameters)
"""Names of the coefficients, in order."""

_SHARE: Final = Number(0.0, False, 1.0)
_ANY_KVA: Final = Number(0.0, True, 1e6)
_RULES: Final[Mapping[str, Rule]] = {
    "rho": Number(0.0, False, 2.0),
    "transfer_kva": _ANY_KVA,
    "single_transformer": Word(get_args(SingleTransformer)),
    "derate_main_transformer": _SHARE,
    "derate_feeder": _SHARE,
    "derate_transformer": _SHARE,
    "derate_substation": _SHARE,
    "k_d": _SHARE,
    "k_s": _SHARE,
    "simultaneity": _SHARE,
    "estimate_feeders": Flag(),
    "power_factor": _SHARE,
    "peak_months": Number(0.0, True, 120.0, whole=True),
    "max_age_months": Number(1.0, True, 120.0, whole=True),
    "undated_reading": Word(get_args(Undated)),
    "tight_transformer_kva": _ANY_KVA,
    "tight_feeder_kva": _ANY_KVA,
    "heavy_share": Number(0.0, False, 2.0),
    "overload_share": Number(0.0, False, 2.0),
    "published_difference_share": Number(0.0, True, 1.0),
    "published_difference_kva": _ANY_KVA,
    "disclosed": Word(get_args(Disclosed)),
}
"""Key -> what it may be, in the order of the attributes."""


@cache
def default_parameters() -> CapacityParameters:
    """Return the defaults."""
    return defaults(CapacityParameters, "gis.capacity", "parameters.toml", _RULES)


def read_parameters(text: str, name: str) -> CapacityParameters:
    """Return the defaults with what a utility's own file states put over them.

    Parameters
    ----------
    text
        TOML; any of the keys of ``parameters.toml``, each at most once.
    name
        Name of the file, for messages and for the edition.

    Raises
    ------
    InputError
        With every fault of the file: no TOML, an unknown key, a wrong type, a value out of range.
    """
    return overlaid(default_parameters(), text, name, _RULES, _together)


def _together(values: Mapping[str, Any]) -> list[str]:
    if values["heavy_share"] <= values["overload_share"]:
        return []
    heavy, overload = values["heavy_share"], values["overload_share"]
    why = "an asset is heavily loaded before it is overloaded."
    return [f"heavy_share: {heavy:g} is above overload_share {overload:g}; {why}"]
