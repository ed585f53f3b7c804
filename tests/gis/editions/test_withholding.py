from __future__ import annotations

from datetime import date

from gis.editions.withholding import Withheld, withheld
from tests.gis.editions.districts import Rows, grid, put, rows, without, work_out


def held(made: Rows) -> dict[str, str]:
    capacity = work_out(made)
    why = withheld(grid(made), capacity)
    return {
        str(each): str(reason) for each, reason in zip(capacity.ids, why, strict=True) if reason is not None
    }


def test_what_is_withheld_of_the_district_and_why() -> None:
    assert held(rows()) == {
        "FD": "dedicated",
        "FS": "single_customer",
        "FI": "important_user",
        "D4": "below_withheld",
    }


def test_a_feeder_without_transformer_is_public_with_two_sites_or_where_it_is_stated_not_dedicated() -> None:
    made = rows()
    made["claims"].append(made["claims"][4] | {"id": "C9", "site": "P8"})
    assert "FS" not in held(made)
    assert "FS" not in held(without(rows(), "claims", "C5"))  # stated: not dedicated
    unstated = put(without(rows(), "claims", "C5"), "feeders", "FS", dedicated=None)
    assert held(unstated)["FS"] == "single_customer"


def test_a_claim_that_is_over_still_tells_who_is_there() -> None:
    made = put(rows(), "claims", "C5", energised_on=date(2026, 10, 1))
    assert held(made)["FS"] == "single_customer"


def test_two_claims_of_one_site_are_one_customer() -> None:
    made = rows()
    made["claims"].append(made["claims"][4] | {"id": "C9", "site": " Ｐ5 "})
    assert held(made)["FS"] == "single_customer"


def test_a_grid_without_public_transformers_tells_nothing_of_single_customers() -> None:
    made = rows()
    made["transformers"] = []
    assert held(made) == {"FD": "dedicated", "FI": "important_user"}


def test_an_important_user_beside_others_is_not_told_apart() -> None:
    made = rows()
    made["claims"].append(made["claims"][5] | {"id": "C9", "site": "P8"})
    assert "FI" not in held(made)
    assert "F2" not in held(rows())  # C3 is an ordinary one


def test_an_important_user_whose_claim_is_over_is_no_longer_told() -> None:
    assert "FI" not in held(put(rows(), "claims", "C6", withdrawn_on=date(2026, 10, 1)))


def test_an_important_user_may_be_named_by_its_parcel_and_at_a_transformer() -> None:
    made = put(rows(), "claims", "C6", site=" 6号地块", asset_id="D4")
    assert held(made)["FI"] == "important_user"
    assert held(made)["D4"] == "important_user"
    beside = put(rows(), "claims", "C4", asset_id="D3")
    assert held(beside)["D3"] == "important_user"
    assert "F2" not in held(beside)


def test_what_feeds_withheld_feeders_alone_is_withheld_with_all_below() -> None:
    made = put(rows(), "feeders", "G1", dedicated=True)
    found = held(made)
    assert found["M3"] == found["S2"] == Withheld.ONLY_WITHHELD_BELOW
    assert found["M4"] == found["D5"] == Withheld.BELOW_WITHHELD
    assert "S1" not in found
    assert "M1" not in found
