"""The 34 provinces and 3,321 communes of today with what they were before 1 July 2025 (PyPI `vietnam-provinces`)."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

import vietnam_provinces
from vietnam_provinces import Province, Ward
from vietnam_provinces._ward_conversion_2025 import OLD_TO_NEW
from vietnam_provinces.legacy import Ward as FormerWard
from vietnam_provinces.legacy._lookup import DISTRICT_MAPPING
from vietnam_provinces.legacy._lookup import PROVINCE_MAPPING as FORMER_PROVINCES

CHANGED_ON = dt.date(2025, 7, 1)


@dataclass(frozen=True, kw_only=True)
class Commune:
    """A commune, ward or special zone of today, keyed by the national ward code."""

    code: int
    name: str  # with its kind: "Phường Ngọc Hà"
    province_code: int
    province: str


@dataclass(frozen=True, kw_only=True)
class FormerUnit:
    """A commune, ward or township as it was until 30 June 2025, and the communes that took it over."""

    code: int
    name: str
    district: str
    province: str
    became: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Gazetteer:
    """All units, keyed by code; `version` is the day the data were read from the Statistics Office."""

    communes: dict[int, Commune]
    former: tuple[FormerUnit, ...]
    provinces: dict[int, str]
    version: str


def load_gazetteer() -> Gazetteer:
    """Read the package's tables once."""
    provinces = {province.code.value: province.name for province in Province.iter_all()}
    communes = {
        ward.code.value: Commune(
            code=ward.code.value,
            name=ward.name,
            province_code=ward.province_code.value,
            province=provinces[ward.province_code.value],
        )
        for ward in Ward.iter_all()
    }
    return Gazetteer(
        communes=communes,
        former=tuple(_former_units()),
        provinces=provinces,
        version=vietnam_provinces.__data_version__,
    )


def _former_units() -> list[FormerUnit]:
    became: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for code, entry in OLD_TO_NEW.items():
        became[code] = tuple(ward.code for ward in entry.new_wards)
    return [
        FormerUnit(
            code=ward.code.value,
            name=ward.name,
            district=DISTRICT_MAPPING[ward.district_code].name,
            province=FORMER_PROVINCES[ward.province_code].name,
            became=became[ward.code.value],
        )
        for ward in FormerWard.iter_all()
    ]
