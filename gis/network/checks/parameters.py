"""Thresholds of the checks (核查参数)."""

from __future__ import annotations

from dataclasses import dataclass, field

from gis.capacity.parameters import CapacityParameters, default_parameters


@dataclass(frozen=True, slots=True)
class CheckParameters:
    """Every threshold a check goes by; a unit is the name's suffix, a share lies in 0-1.

    Attributes
    ----------
    max_age_months
        A reading older than this on the day asked is stale.
    rating_difference_share
        Reading and asset may differ by this much in their rating.
    peak_difference_share
        Two units of one peak may differ by this much.
    peak_slip_ratio
        A peak this many times the rating is a slip of the unit.
    feeder_limit_min_a, feeder_limit_max_a
        A feeder's limit outside is a slip of the unit.
    feeder_voltages_kv
        Nominal voltages of feeders in use in the world.
    transformer_rating_min_kva, transformer_rating_max_kva
        A distribution transformer outside is a slip of the unit.
    main_transformer_rating_min_kva, main_transformer_rating_max_kva
        A main transformer outside is a slip of the unit.
    access_point_distance_m
        An access point may lie this far from its feeder.
    transformer_distance_m
        A distribution transformer may lie this far from its feeder.
    substation_distance_m
        A feeder may begin this far from its substation.
    feeder_gap_m
        Parts of a feeder this close to one another touch.
    substation_spacing_m
        Two substations closer than this are one.
    distribution_substation_min_kv, distribution_substation_max_kv
        Substations in this range have feeders.
    far_m, far_ratio
        A thing is far from the rest when it is farther from the middle than ``far_m`` and farther
        than ``far_ratio`` times the median distance, so that a large province is not all far.
    noding_share
        Share of road ends that meet another road at one of its vertices from which on the roads
        count as already noded.
    noding_sample
        Number of roads that the noding check looks at.
    road_touch_m
        A road end this close to another road meets it.
    small_component_roads
        A connected piece of the road network with fewer roads is cut off.
    road_width_min_m, road_width_max_m
        A road's width outside is implausible.
    overlap_m2, overlap_share
        Two parcels overlap when they share more than this area and more than this share of the
        smaller one.
    nested_share
        A parcel lies inside another when they share at least this share of it.
    area_difference_share
        Stated and measured area may differ by this much.
    tiny_parcel_m2
        A parcel below it is a sliver.
    parcel_gap_m
        Parts of one parcel may lie this far apart.
    jurisdiction_overlap_m2
        Two jurisdictions may share this area (borders drawn at different scales).
    length_difference_share
        Planar and measured length may differ by this much.
    name_comparisons
        Number of comparisons of names spent on nearest candidates in one check.
    capacity
        Coefficients of the open capacity that published figures are compared with (name and version).
    """

    max_age_months: int = 15
    rating_difference_share: float = 0.01
    peak_difference_share: float = 0.05
    peak_slip_ratio: float = 100.0
    feeder_limit_min_a: float = 50.0
    feeder_limit_max_a: float = 2_000.0
    feeder_voltages_kv: tuple[float, ...] = (
        *(3.0, 3.3, 4.16, 5.0, 6.0, 6.3, 6.6, 10.0, 10.5, 11.0, 12.0, 12.47, 13.2, 13.8, 15.0, 20.0),
        *(21.0, 22.0, 23.0, 24.0, 24.9, 25.0, 27.0, 30.0, 33.0, 34.5, 35.0, 38.5, 66.0),
    )
    transformer_rating_min_kva: float = 3.0
    transformer_rating_max_kva: float = 10_000.0
    main_transformer_rating_min_kva: float = 500.0
    main_transformer_rating_max_kva: float = 1_500_000.0
    access_point_distance_m: float = 30.0
    transformer_distance_m: float = 500.0
    substation_distance_m: float = 200.0
    feeder_gap_m: float = 1.0
    substation_spacing_m: float = 30.0
    distribution_substation_min_kv: float = 35.0
    distribution_substation_max_kv: float = 220.0
    far_m: float = 50_000.0
    far_ratio: float = 4.0
    noding_share: float = 0.95
    noding_sample: int = 30_000
    road_touch_m: float = 0.5
    small_component_roads: int = 50
    road_width_min_m: float = 2.0
    road_width_max_m: float = 120.0
    overlap_m2: float = 1.0
    overlap_share: float = 0.001
    nested_share: float = 0.99
    area_difference_share: float = 0.05
    tiny_parcel_m2: float = 10.0
    parcel_gap_m: float = 500.0
    jurisdiction_overlap_m2: float = 10_000.0
    length_difference_share: float = 0.001
    name_comparisons: int = 20_000_000
    capacity: CapacityParameters = field(default_factory=default_parameters)
