"""What is published of small numbers: nothing can be found by subtraction, today or from one edition to the next."""

import copy
import datetime as dt
import json

import frictionless
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.measure import open_data
from bot.measure.open_data import File
from bot.measure.publish import Sum, percent, rounded, shown
from bot.measure.tally import Tally, month

PROVINCES = {4: 1, 8: 1, 25: 1, 101: 2, 102: 2, 301: 3}
NAMED = frozenset({"dang-ky-khai-sinh", "chung-thuc-ban-sao"})
ALL = (*sorted(NAMED), "nuoi-con-nuoi", "ly-lich-tu-phap", "")
NOVEMBER = month("2026-11")

counts = st.integers(0, 30)
tallies = st.builds(
    lambda of, rest: Tally(opened=sum(of.values()), procedures=of, **rest),
    st.dictionaries(st.sampled_from(ALL), st.integers(0, 15)).map(lambda of: Tally(procedures=of).procedures),
    st.fixed_dictionaries({name: counts for name in open_data.COUNTS if name != "opened"}),
).map(lambda tally: _counted(tally))  # noqa: PLW0108 - defined below
countries = st.dictionaries(st.sampled_from(sorted(PROVINCES)), tallies, min_size=1)


def _counted(tally):
    made = Tally()
    tally.first_kept, tally.settled_kept = (
        min(tally.first_kept, tally.first_due),
        min(tally.settled_kept, tally.settled_due),
    )
    made.add(Tally(**{name: getattr(tally, name) for name in open_data.COUNTS}))
    made.procedures.update(tally.procedures)
    return made


def published(places):
    tables = open_data.tables(NOVEMBER, places, PROVINCES, NAMED)
    return [
        [dict(zip(head, row, strict=True)) for row in rows]
        for head, *rows in ([line.split(",") for line in text.splitlines()] for text in tables.values())
    ]


def exact(places, level, area, name):
    return sum(
        getattr(tally, name)
        for code, tally in places.items()
        if level == "country" or area == (f"{PROVINCES[code]:02}" if level == "province" else f"{code:05}")
    )


@settings(max_examples=40, deadline=None)
@given(countries)
def test_no_difference_of_two_published_numbers_is_one_to_four(places):
    by_place, by_procedure = published(places)
    numbers = [int(row[name]) for row in by_place for name in open_data.COUNTS if row[name] != "x"]
    numbers += [int(row["opened"]) for row in by_procedure]
    assert all(number % 5 == 0 for number in numbers)


@settings(max_examples=60, deadline=None)
@given(countries)
def test_what_is_hidden_cannot_be_found_even_from_the_exact_numbers(places):
    """As if nothing were rounded: a shown total less its shown parts is nothing, or five and more of several parts."""
    by_place, _ = published(places)
    for name in open_data.COUNTS:
        seen = {(row["level"], row["area"]): row[name] for row in by_place}
        nested = [(("country", "VN"), [key for key in seen if key[0] == "province"])]
        for province in {PROVINCES[code] for code in places}:
            parts = [("commune", f"{code:05}") for code in places if PROVINCES[code] == province]
            nested.append((("province", f"{province:02}"), parts))
        for total, parts in nested:
            hidden = [key for key in parts if seen[key] == "x"]
            if seen[total] != "x" and hidden:
                left = exact(places, *total, name) - sum(exact(places, *k, name) for k in parts if k not in hidden)
                assert len(hidden) > 1
                assert left >= 5


@settings(max_examples=40, deadline=None)
@given(countries)
def test_small_counts_are_not_shown(places):
    for row in published(places)[0]:
        for name in open_data.COUNTS:
            true = exact(places, row["level"], row["area"], name)
            assert row[name] in ("x", str(rounded(true)))
            if 1 <= true <= 4:
                assert row[name] == "x"


@settings(max_examples=40, deadline=None)
@given(countries)
def test_a_familys_own_affairs_are_told_of_no_commune(places):
    for row in published(places)[1]:
        assert (row["level"] == "commune") == (row["procedure"] in NAMED)
        assert row["procedure"]
        if row["level"] == "province":
            from_ = [t for code, t in places.items() if f"{PROVINCES[code]:02}" == row["area"]]
            assert sum(bool(t.procedures[row["procedure"]]) for t in from_) > 1


@settings(max_examples=40, deadline=None)
@given(countries)
def test_a_commune_total_betrays_no_hidden_procedure(places):
    by_place, by_procedure = published(places)
    for code, tally in places.items():
        area = f"{code:05}"
        (total,) = [row["opened"] for row in by_place if row["area"] == area]
        told = {row["procedure"] for row in by_procedure if row["area"] == area}
        left = sum(count for name, count in tally.procedures.items() if name not in told)
        if total != "x":
            assert left == 0 or left >= 5


@settings(max_examples=40, deadline=None)
@given(countries, st.data())
def test_one_event_more_changes_nothing_unless_a_threshold_is_crossed(places, data):
    code = data.draw(st.sampled_from(sorted(places)))
    name = data.draw(st.sampled_from(("answered", "closed", "reopened")))
    more = copy.deepcopy(places)
    setattr(more[code], name, getattr(more[code], name) + 1)
    areas = [("commune", f"{code:05}"), ("province", f"{PROVINCES[code]:02}"), ("country", "VN")]
    before, after = published(places), published(more)
    if all(_threshold(exact(places, *a, name)) == _threshold(exact(places, *a, name) + 1) for a in areas):
        same = {name: None}
        assert [row | same for row in before[0]] == [row | same for row in after[0]]
        changed = [(one, other) for one, other in zip(before[0], after[0], strict=True) if one != other]
        assert all("x" in (one[name], other[name]) for one, other in changed)  # a neighbour hid it, or did no more


def _threshold(count):
    return count > 0, count >= 5, rounded(count)


def test_by_hand():
    """Twelve and three make fifteen: three is hidden, and twelve with it."""
    total, twelve, three = "all", "a", "b"
    sums = [Sum(total=total, parts=(twelve, three))]
    assert shown({total: 15, twelve: 12, three: 3}, sums) == {total: 15, twelve: None, three: None}
    assert shown({total: 24, twelve: 12, three: 12}, sums) == {total: 25, twelve: 10, three: 10}
    assert shown({total: 7, twelve: 4, three: 3}, sums) == {total: 5, twelve: None, three: None}
    assert shown({total: 5, twelve: 0, three: 5}, sums, frozenset({three})) == {total: None, twelve: 0, three: None}


@pytest.mark.parametrize(("part", "of", "told"), [
    (None, 20, None), (5, None, None), (5, 5, None), (10, 10, 100), (20, 15, 100), (0, 20, 0), (10, 15, 67),
])  # fmt: skip
def test_rates_are_of_what_is_shown_and_of_ten_and_more(part, of, told):
    assert percent(part, of) == told


@pytest.fixture
def edition(content):
    """Two months, published, with the sentences of the real catalog."""
    say = next(iter(content.catalogs.values())).say
    places = {
        code: _counted(Tally(opened=20 + code % 3, first_due=14, first_kept=13, settled_due=12, settled_kept=9,
                             procedures=Tally().procedures | {"dang-ky-khai-sinh": 9, "chung-thuc-ban-sao": 11}))
        for code in PROVINCES
    }  # fmt: skip
    tables = {}
    for name in ("2026-10", "2026-11"):
        tables |= open_data.tables(month(name), places, PROVINCES, NAMED)
    at = dt.datetime(2026, 12, 16, tzinfo=dt.UTC)
    files = [File(name=name, month=name[-11:-4], bytes=len(body.encode()), at=at) for name, body in tables.items()]
    return tables, files, say


def test_the_data_package_and_its_tables_are_valid(edition, tmp_path):
    tables, files, say = edition
    for name, body in tables.items():
        (tmp_path / name).write_bytes(body.encode())
    (tmp_path / "datapackage.json").write_text(open_data.datapackage(files, say), encoding="utf-8")
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["message"])
    assert report.stats["tasks"] == 4


def test_the_tables_say_by_hand(edition):
    tables, _, _ = edition
    lines = tables["places-2026-11.csv"].splitlines()
    assert lines[0] == ("month,level,area,opened,answered,closed,first_due,first_kept,settled_due,settled_kept,"
                        "reopened,first_kept_percent,settled_kept_percent")  # fmt: skip
    assert lines[1] == "2026-11,country,VN,125,0,0,85,80,70,55,0,94,79"  # of 20, 21, 22 … : 126, 84, 78, 72, 54
    assert "2026-11,commune,00008,20,0,0,15,15,10,10,0,100,100" in lines
    assert "2026-11,commune,00008,dang-ky-khai-sinh,10" in tables["procedures-2026-11.csv"].splitlines()


def test_the_catalogue_names_every_file_under_its_address(edition):
    _, files, say = edition
    catalog = json.loads(open_data.catalogue(files, "https://mot-cua.example/du-lieu", say))
    datasets = catalog["dcat:dataset"]
    assert [one["dct:temporal"]["dcat:endDate"]["@value"] for one in datasets] == ["2026-10-31", "2026-11-30"]
    urls = [d["dcat:downloadURL"]["@id"] for one in datasets for d in one["dcat:distribution"]]
    assert urls == [f"https://mot-cua.example/du-lieu/{one.name}" for one in files]


def test_a_name_with_a_comma_is_one_cell():
    assert open_data._csv(("a", "b"), [('x,"y', "2")]) == 'a,b\r\n"x,""y",2\r\n'


def test_a_month_is_settled_when_nothing_closed_in_it_can_be_opened_again():
    assert open_data.settles_at(month("2026-10")) == dt.datetime(2026, 11, 15, 17, tzinfo=dt.UTC)
