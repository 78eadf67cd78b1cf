"""Open data of a month: two tables, their description as a data package, and the catalogue. Pure: text in, text out.

A month is published once, when nothing can change in it any more, and never again otherwise.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.measure.life import REOPENED_WITHIN
from bot.measure.publish import Sum, percent, shown
from bot.measure.tally import Period, Tally

HIDDEN = "x"
COUNTRY = "VN"
LICENCE = {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/", "title": "CC BY 4.0"}
COUNTS = ("opened", "answered", "closed", "first_due", "first_kept", "settled_due", "settled_kept", "reopened")
RATES = {"first_kept_percent": ("first_kept", "first_due"), "settled_kept_percent": ("settled_kept", "settled_due")}
PLACES = ("month", "level", "area", *COUNTS, *RATES)
PROCEDURES = ("month", "level", "area", "procedure", "opened")
MATTERS = ("month", "level", "area", "matter", "decides", "raised", "state", "passed_to", "law")

TABLES = {
    "places": ("open.places", PLACES),
    "procedures": ("open.procedures", PROCEDURES),
    "matters": ("open.matters", MATTERS),
}  # fmt: skip

type Say = Callable[[str], str]
type Provinces = Mapping[int, int]  # a commune's province


def settles_at(period: Period) -> dt.datetime:
    """From when on nothing that counts in a month can change: what was closed can be opened again no more."""
    return period.end + REOPENED_WITHIN + dt.timedelta(days=1)


def names(month: str) -> tuple[str, str]:
    return f"places-{month}.csv", f"procedures-{month}.csv"


def name_of_matters(month: str) -> str:
    return f"matters-{month}.csv"


def matters(rows: Iterable[Sequence[str]]) -> str:
    """The table of what was raised; `rows` are shown counts only, for nothing sums them."""
    return _csv(MATTERS, rows)


def tables(period: Period, places: Mapping[int, Tally], provinces: Provinces, named: frozenset[str]) -> dict[str, str]:
    """The two tables of a month, by name. `named`: the procedures that may be named at a commune."""
    known = {code: tally for code, tally in places.items() if code in provinces}
    by_place, by_procedure = names(period.name)
    return {
        by_place: _csv(PLACES, _places(period.name, known, provinces)),
        by_procedure: _csv(PROCEDURES, _procedures(period.name, known, provinces, named)),
    }


type Area = tuple[str, str]  # level, code


def _area(code: int) -> Area:
    return "commune", f"{code:05}"


def _province(code: int) -> Area:
    return "province", f"{code:02}"


def _nested(places: Iterable[int], provinces: Provinces) -> list[Sum[Area]]:
    """The country is the sum of its provinces, each the sum of its communes."""
    of: dict[int, list[Area]] = {}
    for code in sorted(places):
        of.setdefault(provinces[code], []).append(_area(code))
    country = Sum(total=("country", COUNTRY), parts=tuple(_province(code) for code in sorted(of)))
    return [country, *(Sum(total=_province(code), parts=tuple(parts)) for code, parts in sorted(of.items()))]


def _summed(sums: Sequence[Sum[Area]], counts: dict[Area, int]) -> dict[Area, int]:
    for one in reversed(sums):  # the country last
        counts[one.total] = sum(counts[part] for part in one.parts)
    return counts


def _places(month: str, places: Mapping[int, Tally], provinces: Provinces) -> list[tuple[str, ...]]:
    sums = _nested(places, provinces)
    seen = {
        name: shown(_summed(sums, {_area(code): getattr(tally, name) for code, tally in places.items()}), sums)
        for name in COUNTS
    }
    areas = [*(one.total for one in sums), *(_area(code) for code in sorted(places))]
    return [(month, *area, *_numbers({name: seen[name][area] for name in COUNTS})) for area in areas]


def _numbers(row: Mapping[str, int | None]) -> tuple[str, ...]:
    rates = (percent(row[part], row[of]) for part, of in RATES.values())
    return (*(_cell(row[name]) for name in COUNTS), *("" if rate is None else str(rate) for rate in rates))


def _procedures(
    month: str, places: Mapping[int, Tally], provinces: Provinces, named: frozenset[str]
) -> list[tuple[str, ...]]:
    """What is hidden has no line: that a line is missing says no more than that it is.

    Of what is not `named` at a commune there are lines of provinces only.
    """
    rows: list[tuple[str, ...]] = [
        (month, *_area(code), name, str(count))
        for code, tally in sorted(places.items())
        for name, count in _of_commune(tally, named)
    ]
    for province in sorted({provinces[code] for code in places}):
        tallies = [tally for code, tally in places.items() if provinces[code] == province]
        rows += [(month, *_province(province), name, str(count)) for name, count in _of_province(tallies, named)]
    return rows


def _of_commune(tally: Tally, named: frozenset[str]) -> list[tuple[str, int]]:
    cells: dict[str | None, int] = {None: tally.opened} | dict(tally.procedures.items())
    parts = tuple(tally.procedures)
    seen = shown(cells, [Sum(total=None, parts=parts)], frozenset(parts) - named)
    return [(name, count) for name in sorted(parts) if (count := seen[name])]


def _of_province(tallies: Sequence[Tally], named: frozenset[str]) -> list[tuple[str, int]]:
    """What is not told of communes, where it comes from more than one of them."""
    from_ = Counter(name for tally in tallies for name, count in tally.procedures.items() if count)
    counts = {name: sum(tally.procedures[name] for tally in tallies) for name in from_ if name and name not in named}
    seen = shown(counts, [])
    return [(name, count) for name in sorted(counts) if from_[name] > 1 and (count := seen[name])]


def _cell(value: int | None) -> str:
    return HIDDEN if value is None else str(value)


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """RFC 4180."""
    return "".join(",".join(map(_quoted, row)) + "\r\n" for row in (head, *rows))


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\r\n') else cell


@dataclass(frozen=True, kw_only=True)
class File:
    """A published table as the package and the catalogue name it."""

    name: str
    month: str
    bytes: int
    at: dt.datetime


def datapackage(files: Sequence[File], say: Say) -> str:
    """`datapackage.json`: what every column means, in the words of `say`."""
    resources = [
        {
            "name": one.name.removesuffix(".csv"),
            "path": one.name,
            "profile": "tabular-data-resource",
            "title": say(TABLES[one.name.partition("-")[0]][0]),
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": one.bytes,
            "schema": _schema(TABLES[one.name.partition("-")[0]][1], say),
        }
        for one in files
    ]
    package = {
        "profile": "tabular-data-package",
        "name": "mot-cua",
        "title": say("open.title"),
        "description": say("open.description"),
        "licenses": [LICENCE],
        "created": max((one.at for one in files), default=dt.datetime.min.replace(tzinfo=dt.UTC)).isoformat(),
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=1)


TYPES = {"month": "yearmonth", "level": "string", "area": "string", "procedure": "string"}
TYPES |= dict.fromkeys(("matter", "decides", "state", "passed_to", "law"), "string")


def _schema(columns: Sequence[str], say: Say) -> dict[str, object]:
    fields = [
        {"name": name, "type": TYPES.get(name, "integer"), "title": say(f"open.column_{name}")} for name in columns
    ]
    return {"fields": fields, "missingValues": ["", HIDDEN]}


def catalogue(files: Sequence[File], base: str, say: Say) -> str:
    """The DCAT catalogue as JSON-LD. `base`: the address below which the files are."""
    months = sorted({one.month for one in files})
    catalog = {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/",
                     "xsd": "http://www.w3.org/2001/XMLSchema#"},
        "@id": f"{base}/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": {"@value": say("open.title"), "@language": "vi"},
        "dct:license": {"@id": LICENCE["path"]},
        "dcat:dataset": [_dataset(month, [one for one in files if one.month == month], base, say) for month in months],
    }  # fmt: skip
    return json.dumps(catalog, ensure_ascii=False, indent=1)


def _dataset(month: str, files: Sequence[File], base: str, say: Say) -> dict[str, object]:
    year, number = map(int, month.split("-"))
    last = (dt.date(year, number, 28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return {
        "@id": f"{base}/catalog.jsonld#{month}",
        "@type": "dcat:Dataset",
        "dct:identifier": f"mot-cua-{month}",
        "dct:title": {"@value": f"{say('open.title')} {month}", "@language": "vi"},
        "dct:description": {"@value": say("open.description"), "@language": "vi"},
        "dct:issued": {"@value": files[0].at.date().isoformat(), "@type": "xsd:date"},
        "dct:accrualPeriodicity": {"@id": "http://publications.europa.eu/resource/authority/frequency/MONTHLY"},
        "dct:spatial": {"@id": "http://publications.europa.eu/resource/authority/country/VNM"},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@value": f"{month}-01", "@type": "xsd:date"},
            "dcat:endDate": {"@value": last.isoformat(), "@type": "xsd:date"},
        },
        "dcat:distribution": [
            {
                "@id": f"{base}/{one.name}",
                "@type": "dcat:Distribution",
                "dcat:downloadURL": {"@id": f"{base}/{one.name}"},
                "dcat:mediaType": "text/csv",
                "dcat:byteSize": one.bytes,
                "dct:license": {"@id": LICENCE["path"]},
            }
            for one in files
        ],
    }
