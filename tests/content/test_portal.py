"""`main.py import`: the portal's records beside our entries; nothing is changed, a bad line stops nobody."""

import datetime as dt
import json

import pytest
import yaml
from click.testing import CliRunner

import main
from bot.commands.imported import tell
from bot.content import proposals
from bot.content.load import load
from bot.content.portal import read_records, write_proposal
from tests.content.small import copy_small

TODAY = dt.date(2026, 11, 23)
BIRTH = {
    "code": "1.001193",
    "name": "Thủ tục đăng ký khai sinh",
    "documents": [
        "[Giấy tờ phải nộp] - Tờ khai đăng ký khai sinh theo mẫu — 1 bản chính",
        "[Giấy tờ phải nộp] - Giấy chứng sinh do nơi sinh cấp — 1 bản chính",
        "[Giấy tờ phải nộp] - Biên bản về việc trẻ bị bỏ rơi — 1 bản chính",
    ],
    "fee": "Miễn phí; 5.000 Việt Nam Đồng",
    "time_limit": "1",
    "time_unit_missing": True,
    "legal_basis": ["60/2014/QH13", "15/2015/TT-BTP"],
    "detail_url": "https://dichvucong.gov.vn/thu-tuc/1",
    "source_date": "2026-06-10/2026-07-17 (crawl)",
    "something_new": {"that": "we do not know"},
}


@pytest.fixture(scope="module")
def procedures(tmp_path_factory):
    return load(copy_small(tmp_path_factory.mktemp("content"))).knowledge.procedures


def imported(procedures, *records):
    lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in records]
    return read_records(lines, procedures, TODAY)


def difference(found, about):
    (compared,) = found.compared
    return next((one for one in compared.differences if one.about == about), None)


def test_what_differs_is_shown_on_both_sides(procedures):
    found = imported(procedures, BIRTH)
    papers = difference(found, "papers")
    assert papers.portal == ("Biên bản về việc trẻ bị bỏ rơi",)
    assert papers.here == ("lam-chung", "uy-quyen", "giay-tuy-than", "cu-tru")
    fee = difference(found, "fee")
    assert (fee.here, fee.portal) == (("0", "8,000"), ("0", "5,000"))
    assert "the province sets it" in fee.note
    law = difference(found, "law")
    assert "15/2015/TT-BTP" in law.portal
    assert "60/2014/QH13" not in law.portal + law.here


def test_what_the_portal_does_not_know_is_no_fact(procedures):
    time = difference(imported(procedures, BIRTH), "time")
    assert "unit is lost" in time.note
    assert difference(imported(procedures, BIRTH | {"fee": "Phí :  Đồng"}), "fee") is None
    assert "contradicts" in difference(imported(procedures, BIRTH | {"fee_uncertain": True}), "fee").note


def test_what_is_the_same_is_passed_over(procedures):
    same = BIRTH | {
        "documents": [],
        "fee": "Phí: 0 VNĐ; 8.000 VNĐ",
        "time_unit_missing": False,
        "time_limit": "3 Ngày làm việc",
    }
    found = imported(procedures, same | {"legal_basis": []})
    assert difference(found, "fee") is None
    assert found.compared[0].differences == ()
    assert "0 entries differ, 1 agree" in tell(found)


def test_a_limit_in_other_units_is_another_limit(procedures):
    found = imported(procedures, BIRTH | {"time_unit_missing": False, "time_limit": "3 Ngày; 02 Giờ"})
    assert difference(found, "time").portal == ("2 hour", "3 day")


def test_a_bad_line_is_named_by_its_number_and_the_rest_goes_on(procedures):
    found = imported(
        procedures, b"\xef\xbb\xbf" + json.dumps(BIRTH).encode(), b"{bad", b"", b"[1]", b"\xff\xfe", {"code": "1.1", "name": "x"},
        {"code": "9.999999", "name": "of no entry"}, BIRTH | {"documents": "one text"}, b"[" * 100_000, BIRTH,
    )  # fmt: skip
    assert [line.split(":")[0] for line in found.bad_lines] == [
        "line 2", "line 4", "line 5", "line 6", "line 8", "line 9",
    ]  # fmt: skip
    assert (len(found.compared), found.of_no_entry) == (2, 1)


def test_a_proposal_is_written_and_knowledge_is_not(procedures, tmp_path):
    (compared,) = imported(procedures, BIRTH).compared
    path = write_proposal(compared, TODAY, tmp_path / "var" / "proposals")
    assert path.name == "2026-11-23-portal-dang-ky-khai-sinh-1.001193.yaml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert written["entry"] == "dang-ky-khai-sinh"
    assert written["differences"][0]["only_on_the_portal"] == ["Biên bản về việc trẻ bị bỏ rơi"]
    (source,) = written["add_to_sources"].values()
    assert source["link"] == "https://dichvucong.gov.vn/thu-tuc/1"
    assert str(source["read"]) == "2026-07-17"


def test_the_command_tells_and_ends_with_one_for_bad_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(proposals, "FOLDER", tmp_path / "proposals")
    file = tmp_path / "portal.jsonl"
    file.write_text(json.dumps(BIRTH) + "\nnonsense\n", encoding="utf-8")
    result = CliRunner().invoke(main.import_, [str(file)])
    assert result.exit_code == 1
    assert "dang-ky-khai-sinh (1.001193" in result.stdout
    assert f"{file}: line 2: " in result.stderr
    assert len(list((tmp_path / "proposals").iterdir())) == 1


def test_a_file_that_is_not_there_gets_one_sentence():
    result = CliRunner().invoke(main.import_, ["no/such.jsonl"])
    assert result.exit_code == 2
    assert "does not exist" in result.stderr
