"""The 34 provinces and 3,321 communes of today with what they were before 1 July 2025 (PyPI `vietnam-provinces`)."""

import datetime as dt
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.content.private import write_privately

CACHE = Path(__file__).parents[2] / "var" / "cache"
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


@cache
def load_gazetteer(cache: Path = CACHE) -> Gazetteer:
    """Today's communes and yesterday's, from `cache` where this version of the package was read before.

    The package holds every name three times over, in classes of its own: 28 MB that stay for as long as we run.
    """
    kept = cache / f"communes-{version('vietnam-provinces')}.json"
    try:
        return _from_rows(**json.loads(kept.read_bytes()))
    except (OSError, ValueError, TypeError, KeyError):
        rows = _rows()
    with suppress(OSError):  # a read-only machine reads the package at every start
        partial = kept.with_suffix(f".{os.getpid()}.part")
        write_privately(partial, json.dumps(rows, ensure_ascii=False, separators=(",", ":")))
        partial.replace(kept)
    return _from_rows(**rows)


def _from_rows(
    data_of: str,
    provinces: list[tuple[int, str]],
    communes: list[tuple[int, str, int]],
    former: list[tuple[int, str, str, str, list[int]]],
) -> Gazetteer:
    name_of = dict(provinces)
    return Gazetteer(
        communes={
            code: Commune(code=code, name=name, province_code=province, province=name_of[province])
            for code, name, province in communes
        },
        former=tuple(
            FormerUnit(code=code, name=name, district=district, province=province, became=tuple(became))
            for code, name, district, province, became in former
        ),
        provinces=name_of,
        version=data_of,
    )


def _rows() -> dict[str, Any]:
    import vietnam_provinces
    from vietnam_provinces import Province, Ward
    from vietnam_provinces._ward_conversion_2025 import OLD_TO_NEW
    from vietnam_provinces.legacy import Ward as FormerWard
    from vietnam_provinces.legacy._lookup import DISTRICT_MAPPING
    from vietnam_provinces.legacy._lookup import PROVINCE_MAPPING as FORMER_PROVINCES

    became = {code: [ward.code for ward in entry.new_wards] for code, entry in OLD_TO_NEW.items()}
    return {
        "data_of": str(vietnam_provinces.__data_version__),
        "provinces": [(province.code.value, province.name) for province in Province.iter_all()],
        "communes": [(ward.code.value, ward.name, ward.province_code.value) for ward in Ward.iter_all()],
        "former": [
            (
                ward.code.value,
                ward.name,
                DISTRICT_MAPPING[ward.district_code].name,
                FORMER_PROVINCES[ward.province_code].name,
                became.get(ward.code.value, []),
            )
            for ward in FormerWard.iter_all()
        ],
    }
