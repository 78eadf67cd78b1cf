"""A commune's offices from a spreadsheet: the template, the preview, what is written, and what is refused by its line."""

import shutil

import pytest

import main as program
from bot.content.load import load
from tests.conftest import ROOT

HEAD = "mã xã;xã, phường;loại cơ quan;tên cơ quan;địa chỉ;điện thoại;giờ làm việc;nguồn;ngày đọc"
HOURS = '"T2-T6 07:30-11:30 13:00-17:00; T7 8h-11h30"'
POLICE = f"8;;Công an;Công an phường Ngọc Hà;12 Đội Cấn;024 3845;{HOURS};Công an gửi;28/11/2026"


@pytest.fixture
def home(monkeypatch, tmp_path):
    """The two files of two communes, in a house of their own."""
    folder = tmp_path / "knowledge" / "offices"
    folder.mkdir(parents=True)
    for name in ("00004.yaml", "00008.yaml", "17713.yaml"):
        shutil.copy(ROOT / "knowledge" / "offices" / name, folder)
    monkeypatch.setattr(program, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(home, *lines):
    path = home / "table.csv"
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return str(path)


def office(home, code):
    return (home / "knowledge" / "offices" / f"{code:05}.yaml").read_text("utf-8")


def test_what_changes_is_shown_and_written_only_when_it_is_wanted(main, home):
    before = office(home, 8)
    file = table(home, HEAD, POLICE)
    refused = main("import", "offices", file, typed="n\n")
    assert "+ commune_police: Công an phường Ngọc Hà" in refused.stdout
    assert office(home, 8) == before
    done = main("import", "offices", file, "--yes")
    assert (done.returncode, office(home, 8).startswith(before)) == (0, True)
    assert office(home, 8).endswith(
        '  - kind: commune_police\n    name: "Công an phường Ngọc Hà"\n    address: "12 Đội Cấn"\n    phone: "024 3845"\n'
        '    hours:\n      - days: [mon, tue, wed, thu, fri]\n        spans: [["07:30", "11:30"], ["13:00", "17:00"]]\n'
        '      - days: [sat]\n        spans: [["08:00", "11:30"]]\n'
        '    source: "Công an gửi"\n    read: 2026-11-28\n    confidence: medium\n'
    )


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("99999;;Công an;X;Y;;;Z;2026-11-28", "`99999` is no ward code of today"),
        ("8;Phường Láng;Công an;X;Y;;;Z;2026-11-28", "`8` is Phường Ngọc Hà, not `Phường Láng`"),
        (";Tân Phú;Công an;X;Y;;;Z;2026-11-28", "`Tân Phú` is not one commune for sure"),
        ("8;;Bưu điện;X;Y;;;Z;2026-11-28", "no kind of office is called `Bưu điện`"),
        ("8;;Công an;X;Y;;;;2026-11-28", "`source` is empty"),
        ("8;;Công an;X;Y;;;Z;", "`read` is empty"),
        ("8;;Công an;X;Y;;;Z;2026-13-01", "`read` is `2026-13-01`"),
        ("8;;Công an;X;Y;;sáng;Z;2026-11-28", "`sang` is no day of the week"),
        ("8;;Công an;X;Y;;T2 25:00-26:00;Z;2026-11-28", "`hours` is"),
    ],
)
def test_a_bad_line_is_named_and_the_good_ones_are_kept(main, home, line, wrong):
    good = "4;;Công an;Công an phường Ba Đình;1 Trúc Bạch;;;Công an gửi;2026-11-28"
    done = main("import", "offices", table(home, HEAD, line, good), "--yes")
    assert done.returncode == 1
    assert f"table.csv:2: {wrong}" in done.stderr
    assert "1 Trúc Bạch" in office(home, 4)
    assert "X" not in office(home, 8)


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ((), "it is empty"),
        (("mã xã,loại cơ quan,màu sơn",), "no column is called `màu sơn`"),
        (("mã xã,loại cơ quan,địa chỉ",), "the column `source` is missing"),
        (("địa chỉ,loại cơ quan,nguồn,ngày đọc",), "the column `ward_code` is missing"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(main, home, lines, wrong):
    done = main("import", "offices", table(home, *lines), "--yes")
    assert done.returncode == 1
    assert wrong in done.stderr


def test_english_headings_tabs_and_a_source_for_all_are_read(main, home):
    file = table(home, "ward code\tkind\tname\tphone", "8\tcommune_police\tCông an phường Ngọc Hà\t024 1")
    assert main("import", "offices", file, "--source", "Công an", "--read", "2026-11-28", "--yes").returncode == 0
    assert 'phone: "024 1"' in office(home, 8)


def test_comments_of_offices_that_stay_are_kept(main, home):
    file = table(home, HEAD, "17713;;Công an;Công an xã Đại Đồng;Thôn 1;;;Công an gửi;2026-11-28")
    assert main("import", "offices", file, "--yes").returncode == 0
    assert "# Nguồn ghi" in office(home, 17713)
    assert "Công an xã Đại Đồng" in office(home, 17713)


def test_a_template_taken_in_as_it_is_changes_nothing(main, home, monkeypatch):
    monkeypatch.setattr(program, "ROOT", ROOT)
    written = main("new", "offices", "--province", "1")
    assert written.returncode == 0
    text = (home / "offices-01.csv").read_text("utf-8-sig")
    assert "# giờ làm việc:" in text
    assert '00008,"Phường Ngọc Hà, Thành phố Hà Nội",Công an,Công an phường Ngọc Hà,,' in text
    done = main("import", "offices", "offices-01.csv", typed="n\n")
    assert done.stdout.endswith("0 communes change.\n")
    assert main("new", "offices", "--province", "1").returncode == 1  # it exists
    assert "01 Thành phố Hà Nội" in main("new", "offices", "--province", "2").stderr


def test_what_was_written_is_read_again(main, home, content):
    file = table(
        home, HEAD, "4;;Công an;Công an phường Ba Đình;1 “Trúc” Bạch \\ 2;;CN 7:30-11:30;Công an gửi;2026-11-28"
    )
    assert main("import", "offices", file, "--yes").returncode == 0
    for name in ("knowledge", "intents", "locales"):
        shutil.copytree(ROOT / name, home / "all" / name)
    shutil.copy(home / "knowledge" / "offices" / "00004.yaml", home / "all" / "knowledge" / "offices")
    police = load(home / "all").knowledge.offices[4][-1]
    assert (police.address, police.hours[0].days) == ("1 “Trúc” Bạch \\ 2", ("sun",))


def test_the_coverage_counts_what_is_known(main):
    told = main("coverage").stdout
    assert "48 Thành phố Đà Nẵng              94     94 ████████████████████" in told
    assert "48████" in told.splitlines()[-10]
