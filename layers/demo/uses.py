"""Land use in the demo district: which codes stand where, how densely, and what a lot is called."""

from __future__ import annotations

from typing import Final

import numpy as np

from layers.demo import plan

USES: Final[dict[str, tuple[str, tuple[float, float] | None, float]]] = {
    "R1": ("一类居住用地", (0.6, 1.1), 25.0),
    "R2": ("二类居住用地", (1.4, 2.6), 32.0),
    "R3": ("三类居住用地", (1.0, 1.6), 25.0),
    "A1": ("行政办公用地", (1.2, 2.2), 45.0),
    "A2": ("文化设施用地", (0.8, 1.5), 45.0),
    "A3": ("教育科研用地", (0.7, 1.2), 30.0),
    "A4": ("体育用地", (0.4, 0.9), 40.0),
    "A5": ("医疗卫生用地", (1.2, 2.2), 60.0),
    "A6": ("社会福利用地", (0.8, 1.4), 35.0),
    "A7": ("文物古迹用地", (0.4, 0.8), 20.0),
    "B1": ("商业用地", (1.2, 3.0), 60.0),
    "B2": ("商务用地", (2.0, 4.0), 60.0),
    "B3": ("娱乐康体用地", (0.5, 1.2), 55.0),
    "B4": ("公用设施营业网点用地", (0.3, 0.8), 50.0),
    "M1": ("一类工业用地", (1.0, 2.0), 45.0),
    "M2": ("二类工业用地", (0.9, 1.6), 60.0),
    "W1": ("一类物流仓储用地", (0.8, 1.4), 20.0),
    "S4": ("交通场站用地", (0.2, 0.6), 30.0),
    "U1": ("供应设施用地", (0.2, 0.6), 30.0),
    "U2": ("环境设施用地", (0.2, 0.6), 30.0),
    "G1": ("公园绿地", None, 0.0),
    "G2": ("防护绿地", None, 0.0),
    "H14": ("村庄建设用地", (0.5, 0.9), 15.0),
}
"""Code of GB 50137-2011 (用地代码) -> its name, range of the floor area ratio, W per m2 of floor area."""

MIX: Final[dict[plan.Zone, dict[str, float]]] = {
    "old": {"R2": 38, "R3": 16, "B1": 20, "A1": 4, "A2": 3, "A3": 5, "A5": 3, "A7": 3, "B2": 3, "G1": 5},
    "new": {
        "R2": 50,
        "R1": 4,
        "B1": 12,
        "B2": 9,
        "A1": 3,
        "A2": 2,
        "A3": 8,
        "A4": 2,
        "A5": 3,
        "G1": 6,
        "S4": 1,
    },
    "west": {"R2": 52, "R1": 12, "B1": 10, "B2": 5, "A3": 9, "A5": 2, "G1": 10},
    "industry": {"M1": 50, "M2": 22, "W1": 8, "B2": 6, "B4": 2, "R2": 5, "U2": 2, "G2": 5},
    "logistics": {"W1": 46, "M1": 28, "M2": 12, "S4": 6, "B4": 2, "G2": 6},
    "shore": {"R1": 34, "B1": 12, "B3": 18, "A6": 6, "G1": 30},
    "rural": {"H14": 60, "M1": 20, "W1": 12, "U2": 8},
}
"""Shares of the uses in each kind of district."""

FIRST: Final = "汀芦荻菱苇鹭枫棠桐槐樟桂澄漪澜沁湄汐晴岚"
SECOND: Final = "和景瑞安宁康泰盛丰元启新明华源信达兴悦雅"

_TITLES: Final[dict[str, tuple[str, ...]]] = {
    "R1": ("别苑", "湖墅"),
    "R2": ("花园", "家园", "名邸", "新村"),
    "R3": ("老街里弄",),
    "A1": ("政务服务中心", "街道办事处"),
    "A2": ("文化馆", "图书馆"),
    "A3": ("中学", "小学", "职业技术学校"),
    "A4": ("体育中心",),
    "A5": ("医院", "社区卫生服务中心"),
    "A6": ("养老中心",),
    "A7": ("古宅",),
    "B1": ("商业广场", "农贸市场", "酒店"),
    "B2": ("商务中心", "大厦"),
    "B3": ("文旅度假村",),
    "B4": ("加油站", "营业厅"),
    "M1": ("电子厂区", "精密机械厂区", "新材料厂区", "智能装备厂区"),
    "M2": ("织造厂区", "印染厂区", "化纤厂区"),
    "W1": ("物流园", "仓储中心"),
    "S4": ("公交首末站", "停车场"),
    "U1": ("供水站",),
    "U2": ("污水处理站", "垃圾中转站"),
    "G1": ("公园", "游园"),
    "G2": ("防护绿带",),
    "H14": ("村",),
}


def use_of(zone: plan.Zone, rng: np.random.Generator) -> str:
    """Return a land-use code for a block of that kind of district."""
    codes = list(MIX[zone])
    shares = np.cumsum([MIX[zone][code] for code in codes])
    return codes[int(np.searchsorted(shares, rng.random() * shares[-1], side="right"))]


def title(code: str, rng: np.random.Generator) -> str:
    """Return an invented name for a lot of that use."""
    pair = FIRST[int(rng.integers(len(FIRST)))] + SECOND[int(rng.integers(len(SECOND)))]
    endings = _TITLES[code]
    return pair + endings[int(rng.integers(len(endings)))]


def floor_area_ratio(code: str, rng: np.random.Generator) -> float | None:
    """Return a floor area ratio (容积率) that suits the use; None where nothing is built."""
    bounds = USES[code][1]
    return None if bounds is None else round(float(rng.uniform(*bounds)), 1)


def stated_load_kva(code: str, far: float | None, area_m2: float, rng: np.random.Generator) -> float:
    """Return the load an applicant would state (报装容量): floor area times density, in steps of 50 kVA."""
    watts = USES[code][2] * (far or 0.1) * area_m2 * rng.uniform(0.35, 0.75)
    return float(np.clip(np.round(watts / 1000 / 0.95 / 50) * 50, 100, 12_000))
