"""`main.py import names`: the list becomes the second tier; a bad line stops nobody, what is doubtful stays out."""

import datetime as dt
import json

import pytest
from click.testing import CliRunner

import main
from bot.content.load import examine
from bot.content.portal_list import NotAList, read_details, read_list
from bot.content.second_tier import Channel, Desk, Level, write
from tests.content.small import copy_small

HEAD = "code\tname\tlevel\tfield\tagency\tlink\trecord"
WELL = "1.001662\tĐăng ký khai thác nước dưới đất\tCấp xã\tTài nguyên nước\tChủ tịch UBND cấp xã\t\tyes"
BIRTH = "1.001193\tThủ tục đăng ký khai sinh\tCấp xã\tHộ tịch\t\t\tyes"
BIRTH_ELSEWHERE = "1.999993\tĐăng ký khai sinh (thực hiện tại cấp tỉnh)\tCấp tỉnh\tHộ tịch\t\t\t"
RECORD = {
    "code": "1.001662",
    "name": "Đăng ký khai thác nước dưới đất",
    "completeness": "full",
    "documents": ["[Hồ sơ] - Tờ khai đăng ký (mẫu số 1)MAU 01.docx — 1 bản chính"],
    "time_limit": "7 Ngày làm việc",
    "fee": "",
    "methods": ["Trực tuyến", "Dịch vụ bưu chính", "Trực tiếp"],
    "source_date": "2026-06-10/2026-07-17 (crawl)",
}


def taken(*records, rows=(WELL,)):
    found = read_list("\n".join([HEAD, *rows]))
    lines = [json.dumps(one).encode() if isinstance(one, dict) else one for one in records]
    read_details(lines, {one.code: one for one in found.procedures}, found)
    return found


def test_a_record_gives_papers_time_channels_and_the_day_and_never_a_fee():
    details = taken(RECORD).details["1.001662"]
    assert details.papers == ("Hồ sơ: - Tờ khai đăng ký (mẫu số 1)",)
    assert details.time == "7 ngày làm việc"
    assert details.channels == (Channel.ONLINE, Channel.POST, Channel.COUNTER)
    assert f"{details.read}" == "2026-07-17"
    assert not hasattr(details, "fee")


def test_a_time_whose_unit_was_lost_is_left_out():
    assert taken(RECORD | {"time_limit": "7", "time_unit_missing": True}).details["1.001662"].time == ""


@pytest.mark.parametrize("change", [{"completeness": "name_only"}, {"documents": []}, {"code": "1.000001"}])
def test_only_complete_records_of_the_list_are_taken(change):
    assert not taken(RECORD | change).details


def test_bad_lines_are_named_and_the_others_kept():
    found = taken(b"{", RECORD, rows=(WELL, "nonsense\t\t\t\t\t\t", BIRTH))
    assert [one.code for one in found.procedures] == ["1.001662", "1.001193"]
    assert len(found.bad_lines) == 2
    assert found.bad_lines[0].startswith("line 3")
    assert found.bad_lines[1].startswith("records, line 1")
    assert "1.001662" in found.details
    with pytest.raises(NotAList, match="level"):
        read_list("code\tname\n")


@pytest.mark.parametrize(
    ("level", "field", "agency", "desk"),
    [
        ("Cấp xã", "Hộ tịch", "", Desk.COMMUNE),
        ("Cấp xã", "Quản lý xuất nhập cảnh", "Công an cấp Xã", Desk.COMMUNE_POLICE),
        ("Cấp tỉnh", "Quản lý xuất nhập cảnh", "Công an tỉnh", Desk.POLICE),
        ("Cấp xã", "Hải quan", "Chi cục Hải quan khu vực", Desk.CUSTOMS),
        ("Cấp tỉnh, Cấp xã", "Thuế", "", Desk.TAX),
        ("Cấp tỉnh", "Đất đai", "Văn phòng đăng ký đất đai", Desk.LAND_OFFICE),
        ("Cấp bộ", "Đường bộ", "", Desk.MINISTRY),
    ],
)
def test_whose_desk_it_is(level, field, agency, desk):
    (one,) = read_list(f"{HEAD}\n1.001662\tTên\t{level}\t{field}\t{agency}\t\t").procedures
    assert one.desk is desk


def test_the_command_writes_what_the_bot_reads(tmp_path, monkeypatch):
    root = copy_small(tmp_path)
    monkeypatch.setattr(main, "ROOT", root)
    names, records = tmp_path / "names.tsv", tmp_path / "records.jsonl"
    names.write_text(f"{HEAD}\n{WELL}\n{BIRTH}\n{BIRTH_ELSEWHERE}", "utf-8")
    records.write_text(json.dumps(RECORD), "utf-8")
    asked = ["import", "names", str(names), "--records", str(records), "--source", "Cổng", "--read", "2026-07-17"]
    done = CliRunner().invoke(main.main, asked)
    assert done.exit_code == 0, done.output
    content, problems, _ = examine(root)
    tier = content.knowledge.second_tier
    assert not [one for one in problems if "portal/" in one.path]
    assert tier.procedures["1.001662"].levels == (Level.COMMUNE,)
    assert tier.source == "Cổng"
    assert f"{tier.read}" == "2026-07-17"
    assert set(tier.details) == {"1.001662"}
    assert tier.ours["1.999993"] == "dang-ky-khai-sinh"
    assert set(tier.alike) == {"1.001662"}


def test_a_line_that_cannot_be_read_is_told_with_its_number(tmp_path):
    root = copy_small(tmp_path)
    (root / "knowledge" / "portal").mkdir()
    (root / "knowledge" / "portal" / "names.tsv").write_text("# read: 2026-07-17\n1.001662\tno\n", "utf-8")
    (problem,) = [one for one in examine(root)[1] if one.path == "knowledge/portal/names.tsv"]
    assert problem.line == 2
    assert "import the list anew" in str(problem)


def test_phrases_of_an_unknown_code_are_refused_and_those_of_an_entry_warned_of(tmp_path):
    root = copy_small(tmp_path)
    (root / "knowledge" / "portal").mkdir()
    rows = [WELL, BIRTH]
    found = read_list("\n".join([HEAD, *rows]))
    write(root, found.procedures, {}, read=dt.date(2026, 7, 17), source="Cổng")
    phrases = '"1.001193": {vi: [làm khai sinh]}\n"9.999999": {vi: [gì đó]}\n"1.001662": {vi: [khoan giếng]}\n'
    (root / "intents" / "_portal.yaml").write_text(phrases, "utf-8")
    content, problems, _ = examine(root)
    told = {one.line: str(one) for one in problems if one.path == "intents/_portal.yaml"}
    assert "warning: the entry dang-ky-khai-sinh answers 1.001193 now" in told[1]
    assert "9.999999 is not in knowledge/portal/names.tsv" in told[2]
    assert [one.text for one in content.intents.second_tier] == ["Đăng ký khai thác nước dưới đất", "khoan giếng"]
