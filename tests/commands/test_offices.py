"""A commune's offices from a spreadsheet: the template, the preview, what is written, and what is refused by its line."""

import csv
import io
import shutil
import unicodedata

import pytest

import main as program
from bot.content.load import load
from bot.understanding import legacy
from tests.conftest import ROOT
from tests.content.small import copy_small

HEAD = "mã xã;xã, phường;loại cơ quan;tên cơ quan;địa chỉ;điện thoại;giờ làm việc;nguồn;ngày đọc"
HOURS = '"T2-T6 07:30-11:30 13:00-17:00; T7 8h-11h30"'
POLICE = f"8;;Công an phường;Công an phường Ngọc Hà;12 Đội Cấn;024 3845;{HOURS};Công an gửi;28/11/2026"


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
    assert "+ the police (Công an): Công an phường Ngọc Hà" in refused.stdout
    assert "    hours: Mon–Fri 07:30–11:30, 13:00–17:00; Sat 08:00–11:30" in refused.stdout
    assert "    date read: 28/11/2026" in refused.stdout
    assert "commune_police" not in refused.stdout
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
        ("8;;Bưu điện;X;Y;;;Z;2026-11-28", "no kind of office is called `Bưu điện`; write one of `the public service"),
        ("8;;Công an;X;Y;;;;2026-11-28", "`source` is empty"),
        ("8;;Công an;X;Y;;;Z;", "`read` is empty"),
        ("8;;Công an;X;Y;;;Z;2026-13-01", "`2026-13-01` is no day"),
        ("8;;Công an;X;Y;;;Z;11/30/2026", "`11/30/2026` is no day"),
        ("8;;Công an;X;Y;;;Z;30/11/2062", "`30/11/2062` is still to come"),
        ("8;;Công an;X;Y;;sáng;Z;2026-11-28", "the hours `sáng` are not understood"),
        ("8;;Công an;X;Y;;T2 25:00-26:00;Z;2026-11-28", "the hours `25:00` are not understood"),
        ("8;;Công an;X;Y;;7:30-11:30;Z;2026-11-28", "the hours `7:30-11:30` are not understood"),  # of which days?
        ("8;;Công an;X;Y;2,438E+09;;Z;2026-11-28", "Excel has rounded the phone number"),
        ("8;;Công an;X;#REF!;;;Z;2026-11-28", "`address` is an error of Excel, `#REF!`"),
        ("#N/A;;Công an;X;Y;;;Z;2026-11-28", "`ward_code` is an error of Excel"),
        ("8;;Công an;X;12 ph? Đội C?n;;;Z;2026-11-28", "`12 ph? Đội C?n` has lost letters"),
        ('8;;Công an;X;"Y;;;Z;2026-11-28', "a quotation mark is opened on this line"),
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


LINE = ("8", "", "Công an", "Công an phường Ngọc Hà", "12 Đội Cấn\nphường Ngọc Hà", "2438451111",
        "Thứ 2–6: 7:30–11:30, 13:30–17:00;\nthứ 7: nghỉ", "Công an phường", "30/11/2026")  # fmt: skip


def saved(separator=";", *, eol="\r\n", above=(), lines=(LINE,), trailing=0, quoting=csv.QUOTE_MINIMAL):
    """As a spreadsheet writes it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=eol, quoting=quoting)
    writer.writerows(above)
    writer.writerows([*row, *[""] * trailing] for row in (HEAD.split(";"), *lines))
    writer.writerows([[""] * 12] * bool(trailing))
    return text.getvalue()


def in_parts(text):
    """CP1258 as Windows writes it: the tone behind its letter."""
    return b"".join(_in_parts(letter) for letter in text)


def _in_parts(letter):
    spread = unicodedata.normalize("NFD", letter)
    tone = [mark for mark in spread if mark in "\u0300\u0301\u0303\u0309\u0323"]
    base = unicodedata.normalize("NFC", "".join(mark for mark in spread if mark not in tone))
    return "".join([base, *tone]).encode("cp1258")


TCVN3 = {letter: byte for byte, letter in legacy._OF_TCVN3.items()}
AS_SAVED = {
    "semicolons, UTF-8": saved().encode("utf-8-sig"),
    "commas, UTF-8 without its mark": saved(",").encode(),
    "tabs, UTF-16": saved("\t").encode("utf-16"),
    "tabs, UTF-16 big-endian": b"\xfe\xff" + saved("\t").encode("utf-16-be"),
    "UTF-16 without its mark": saved("\t").encode("utf-16-le"),
    "CP1258": in_parts(saved()),
    "TCVN3": bytes(TCVN3.get(letter, ord(letter)) for letter in saved().replace("–", "-")),
    "an old Mac's lines": saved(eol="\r", quoting=csv.QUOTE_ALL).encode(),
    "sep= first": f"sep=|\r\n{saved('|')}".encode(),
    "a title above": saved(above=[["DANH SÁCH CƠ QUAN"], [], ["Thành phố Hà Nội", "", ""]]).encode(),
    "empty columns and lines behind": saved(trailing=3).encode(),
    "zeros kept by force": saved(lines=[("'00008", *LINE[1:5], '="02438451111"', *LINE[6:])]).encode(),
    "a day as Excel counts them, with its time": saved(lines=[(*LINE[:8], "46356.0")]).encode(),
    "a day in words": saved(lines=[(*LINE[:8], "ngày 30 tháng 11 năm 2026")]).encode(),
}


@pytest.mark.parametrize("how", AS_SAVED)
def test_a_table_is_read_however_it_was_saved(main, home, how):
    (home / "table.csv").write_bytes(AS_SAVED[how])
    assert main("import", "offices", "table.csv", "--yes").returncode == 0
    told = office(home, 8)
    assert 'address: "12 Đội Cấn phường Ngọc Hà"\n    phone: "02438451111"' in told
    assert (
        'days: [mon, tue, wed, thu, fri]\n        spans: [["07:30", "11:30"], ["13:30", "17:00"]]\n    source' in told
    )
    assert "read: 2026-11-30" in told


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        (b"PK\x03\x04" + bytes(range(256)), "this is a workbook of Excel"),
        (b"\xd0\xcf\x11\xe0" + bytes(900), "this is a workbook of Excel"),
        (bytes(range(256)) * 4, "it is no table in text"),
        (b"\xef\xbb\xbf\r\n", "it is empty"),
        (saved().encode("cp1252", "replace"), "`xã, ph??ng` has lost letters"),
        (saved().replace("nguồn", "địa chỉ").encode(), "there are two columns `address`"),
    ],
)
def test_what_no_spreadsheet_saved_so_is_refused_in_one_sentence(main, home, raw, wrong):
    (home / "table.csv").write_bytes(raw)
    done = main("import", "offices", "table.csv", "--yes")
    assert (done.returncode, done.stderr.count("Error")) == (1, 1)
    assert wrong in done.stderr


def test_some_damaged_letters_cost_their_line_and_no_other(main, home):
    bad = b"4;;C\xf4ng an;X;Y;;;Z;30/11/2026\r\n" + b"4;;" + b"a" * 30_000 + b"\r\n"
    (home / "table.csv").write_bytes(saved().encode() + bad)
    done = main("import", "offices", "table.csv", "--yes")
    assert (done.returncode, done.stderr.count("table.csv:"), "12 Đội Cấn" in office(home, 8)) == (1, 2, True)


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
    written = main("new", "offices", "--province", "1", LANG="vi_VN.UTF-8")
    assert (written.returncode, written.stdout[:7]) == (0, "Đã viết")
    text = (home / "offices-01.csv").read_text("utf-8-sig")
    assert "# giờ làm việc:" in text
    assert '00008,"Phường Ngọc Hà, Thành phố Hà Nội",Công an,Công an phường Ngọc Hà,,' in text
    done = main("import", "offices", "offices-01.csv", typed="n\n")
    assert done.stdout.endswith("0 communes change.\n")
    assert main("new", "offices", "--province", "1").returncode == 1  # it exists
    (home / "offices-01.csv").unlink()
    assert "is written" in main("new", "offices", "--province", "1", LANG="en_US.UTF-8").stdout
    text = (home / "offices-01.csv").read_text("utf-8-sig")
    assert "# hours: Opening hours." in text
    assert '00008,"Phường Ngọc Hà, Thành phố Hà Nội",commune_police,Công an phường Ngọc Hà,,' in text
    done = main("import", "offices", "offices-01.csv", LANG="vi_VN.UTF-8")
    assert done.stdout.endswith("0 xã, phường thay đổi.\n")
    assert "01 Thành phố Hà Nội" in main("new", "offices", "--province", "2").stderr


def test_what_was_written_is_read_again(main, home):
    file = table(
        home, HEAD, "4;;Công an;Công an phường Ba Đình;1 “Trúc” Bạch \\ 2;;CN 7:30-11:30;Công an gửi;2026-11-28"
    )
    assert main("import", "offices", file, "--yes").returncode == 0
    copy_small(home / "all")
    shutil.copy(home / "knowledge" / "offices" / "00004.yaml", home / "all" / "knowledge" / "offices")
    police = load(home / "all").knowledge.offices[4][-1]
    assert (police.address, police.hours[0].days) == ("1 “Trúc” Bạch \\ 2", ("sun",))


def test_the_coverage_counts_what_is_known(main):
    told = main("coverage").stdout
    assert "48 Thành phố Đà Nẵng              94     94 ████████████████████" in told
    assert "48████" in told.splitlines()[-10]
