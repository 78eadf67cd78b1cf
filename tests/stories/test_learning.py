"""What could not be answered is kept without names, grouped, and taught."""

import asyncio
import shutil
import subprocess
from dataclasses import replace

import pytest
import yaml

from bot.casework import officers
from bot.content import proposals
from bot.service.alarm import Alarm
from bot.store import measured
from tests.cast import BA_DINH, HOA, HUNG, LAN, NGOC_HA, TAM, THU, Person
from tests.conftest import ROOT
from tests.stage import played
from tests.stories.test_desk_in_browser import browser

ODD = "cho hỏi xe buýt số {n} mấy giờ chạy tới nghĩa trang vậy nhà tôi số 5 ngõ 12 phố Đội Cấn, tôi là Nguyễn Văn Tám, 0912345678"


def kept(play):
    with play.turns.database.look() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT text FROM unanswered").fetchall()]


@pytest.mark.on_both
@played
async def test_questions_are_kept_without_whoever_asked(play):
    await play.hears(LAN.says(ODD.format(n=9)))
    (text,) = kept(play)
    for secret in ("0912345678", "Nguyễn Văn Tám", "Đội Cấn"):
        assert secret not in text


@pytest.mark.on_both
@played
async def test_twenty_alike_within_an_hour_suggest_a_notice_once(play):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    people = [Person(1000 + n, "Dân") for n in range(23)]
    for person in people:
        await play.hears(
            person.says("/commune phường Ngọc Hà, Hà Nội"), person.says("xe buýt tới nghĩa trang mấy giờ chạy")
        )
    suggestions = [text for text in play.said(THU) if "hỏi gần giống nhau" in text]
    assert len(suggestions) == 1
    number = play.action(THU, "d:notice:").rpartition(":")[2]
    await play.hears(HOA.says(f"/notice {number} không phải việc của tôi"))
    assert "chỉ lãnh đạo" in play.said(HOA)[-1]
    await play.hears(THU.says(f"/notice {number} Xe buýt tạm nghỉ đến hết tuần."))
    await play.hears(people[0].says("xe buýt tới nghĩa trang mấy giờ chạy vậy"))
    assert any("Xe buýt tạm nghỉ" in text for text in play.said(people[0])[-3:])
    assert "Xe buýt tạm nghỉ" not in play.said(people[0])[-1]  # before the answer
    await play.hears(people[0].says("khai sinh cần gì"))
    assert not any("Xe buýt" in text for text in play.said(people[0])[-1:])
    await play.hears(THU.says(f"/notice {number} off"), people[1].says("xe buýt tới nghĩa trang mấy giờ chạy"))
    assert not any("Xe buýt tạm nghỉ" in text for text in play.said(people[1])[-2:])


@played
async def test_unanswered_questions_are_grouped_with_counts(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    for n in (0, 1, 0):
        await play.hears(LAN.says(f"xe buýt số {n} mấy giờ chạy tới nghĩa trang"))
    await play.hears(HOA.says("/unanswered"))
    assert "3 lần" in play.said(HOA)[-1]


@played
async def test_an_answer_becomes_a_proposal_and_nothing_else(play, tmp_path, monkeypatch):
    monkeypatch.setattr(
        officers, "propose", lambda **values: proposals.propose(folder=tmp_path / "proposals", **values)
    )
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN, "con tôi tên Nguyễn Thị Mận, CCCD 001099012345, chứng sinh sai thì sao")
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(
        NGOC_HA.hears(HOA, "ra bệnh viện đính chính rồi tới quầy, gọi 0912345678", thread=play.topic(NGOC_HA))
    )
    await play.hears(NGOC_HA.presses(HOA, f"d:close:{code}"), NGOC_HA.presses(HOA, f"d:proposal:{code}"))
    (path,) = (tmp_path / "proposals").glob("*.yaml")
    proposal = yaml.safe_load(path.read_text())
    assert proposal["officer_answered"].startswith("ra bệnh viện đính chính rồi tới quầy, gọi ")
    assert "0912345678" not in path.read_text()
    assert "001099012345" not in path.read_text()
    assert "Mận" not in path.read_text()
    assert "chứng sinh sai" in proposal["add_to_intents"]["vi"][0]


@pytest.mark.on_both
@played
async def test_practice_compares_with_the_entry(play):
    house = play.turns.house
    none_built_in = house.knowledge.desk.model_copy(update={"practice": ()})
    play.turns.house = replace(house, knowledge=replace(house.knowledge, desk=none_built_in))
    await play.opens_desk(8, NGOC_HA, HOA)
    with play.turns.database.change() as connection:
        connection.exec_driver_sql(
            "INSERT INTO unanswered (at, language, text, outcome, procedure) VALUES "
            "('2026-11-20 01:00:00', 'vi', 'mới sinh con thì cần gì', 'clarify', 'dang-ky-khai-sinh')"
        )
    await play.hears(HOA.says("/practice"))
    asked = play.last(HOA)
    assert "mới sinh con thì cần gì" in asked["text"]
    assert asked["reply_markup"]["force_reply"]
    reply = {"message_id": asked["message_id"], "date": 1, "chat": HOA.chat(), "text": "…"}
    await play.hears(HOA.says("mang tờ khai đăng ký khai sinh nhé", reply_to_message=reply))
    named, missing = play.said(HOA)[-1].split("Còn thiếu")
    assert "Tờ khai đăng ký khai sinh" in named
    assert "chứng sinh" in missing


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("cccd 001099012345", "001099012345"), ("cmnd 123 456 789", "456"), ("gọi +84 912.345.678", "912"),
        ("MST 0101234567-001", "0101234567"), ("xe 29A-123.45", "123.45"), ("stk 19031234567890", "1903"),
        ("mã OTP là 482913", "482913"), ("bhyt DN4010112345678", "0112345"), ("email a.b@c.vn nhé", "a.b@c"),
    ],
)  # fmt: skip
def test_what_names_a_person_is_taken_out(text, secret):
    from bot.desk.redact import redact

    assert secret not in redact(text)


@pytest.mark.parametrize("text", ["sinh ngày 12/03/1990", "Nghị định 301/2026/NĐ-CP", "lệ phí 5.000 đồng", "2 bản sao"])
def test_what_names_nobody_stays(text):
    from bot.desk.redact import redact

    assert redact(text) == text


@pytest.mark.on_both
@played
async def test_an_answer_marked_wrong_is_kept_without_whoever_pressed(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"), LAN.says("khai sinh cần giấy gì"))
    shown = play.last(LAN)
    assert "Không đúng" in [button["text"] for button in play.buttons(LAN)]
    wrong = LAN.presses(play.action(LAN, "wrong:"), text=shown["text"])
    await play.hears(wrong, HUNG.presses("wrong:no-such-entry", text="Zxq"))
    assert "câu trả lời này không đúng" in play.said(LAN)[-1]
    with play.turns.database.look() as connection:
        (row,) = connection.exec_driver_sql("SELECT text, outcome, procedure, commune FROM unanswered").all()
    assert (row.outcome, row.procedure, row.commune) == ("wrong", "dang-ky-khai-sinh", 8)
    assert row.text.split()[0] in shown["text"]
    await play.hears(HOA.says("/unanswered"))
    assert row.text[:20] not in play.said(HOA)[-1]  # it is no question
    async with browser(play, HOA) as hoa:
        await hoa.opens("/ban/hoc")
        assert row.text[:40] in hoa.text
        assert "1 lần" in hoa.text


@pytest.mark.on_both
@played
async def test_the_page_of_lessons_and_a_proposal_from_it(play, tmp_path, monkeypatch):
    monkeypatch.setattr(
        officers, "propose", lambda **values: proposals.propose(folder=tmp_path / "proposals", **values)
    )
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.opens_desk(4, BA_DINH, TAM)
    await play.hears(LAN.says(ODD.format(n=9)))
    code = await play.asks(LAN, "con em sinh trên taxi thì lấy giấy gì thay giấy chứng sinh")
    with play.turns.database.change() as connection:
        connection.exec_driver_sql("UPDATE requests SET procedure = 'dang-ky-khai-sinh'")
    await play.hears(HOA.says(f"/claim {code}"), HOA.says(f"/answer {code} Chị mang giấy của người chứng kiến ạ"))
    await play.hears(LAN.says("thế ai làm chứng được ạ"))
    async with browser(play, HOA) as hoa, browser(play, TAM) as tam:
        await hoa.opens("/ban/hoc")
        assert "xe buýt" in hoa.text
        again = hoa.text.partition("Đã trả lời rồi mà người dân hỏi lại")[2].partition("Câu trả lời hay")[0]
        assert code in again
        await tam.opens("/ban/hoc")
        assert code not in tam.text  # another commune's
        await hoa.presses(code, button="r")
        assert "đề xuất" in hoa.text.lower()
    (change,) = (tmp_path / "proposals").glob("*.diff")
    copied = tmp_path / "home"
    for name in ("knowledge/procedures", "intents"):
        (copied / name).mkdir(parents=True)
        shutil.copy(ROOT / name / "dang-ky-khai-sinh.yaml", copied / name)
    await asyncio.to_thread(subprocess.run, ["git", "apply", str(change)], cwd=copied, check=True)
    entry = yaml.safe_load((copied / "knowledge/procedures/dang-ky-khai-sinh.yaml").read_text(encoding="utf-8"))
    assert entry["answers"][-1]["text"]["vi"] == "Chị mang giấy của người chứng kiến ạ"
    assert entry["answers"][-1]["questions"] == {"vi": ["con em sinh trên taxi thì lấy giấy gì thay giấy chứng sinh"]}
    intents = yaml.safe_load((copied / "intents/dang-ky-khai-sinh.yaml").read_text(encoding="utf-8"))
    assert intents["vi"][-1] == "con em sinh trên taxi thì lấy giấy gì thay giấy chứng sinh"


@pytest.mark.on_both
@played
async def test_many_who_are_answered_alike_at_once_may_need_a_notice(play, clock, database):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await play.hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"))
    alarm = Alarm(play.turns, play.service.threads)
    usual = [(8, "answered", "cap-the-can-cuoc")] * 30

    def asked(rows, *, looked=True):
        with database.change() as connection:
            measured.ask_all(connection, rows, now=clock())
        if looked:
            alarm.look()

    asked(usual)  # two days ago, the commune's first: nobody knows what is usual; and today: as many as ever
    clock.pass_(2 * 24 * 3600)
    asked([*usual[:20], *[(8, "answered", "dang-ky-khai-sinh")] * 19, (4, "answered", "dang-ky-khai-sinh")])
    await play.deliver()
    assert not any("nhiều hơn hẳn ngày thường" in said for said in play.said(THU))
    clock.pass_(10 * 60)
    asked([(8, "answered", "dang-ky-khai-sinh")] * 2)
    clock.pass_(10 * 60)
    asked([])
    await play.deliver()
    told = [said for said in play.said(THU) if "nhiều hơn hẳn ngày thường" in said]
    assert len(told) == 1
    assert "Đăng ký khai sinh" in told[0]
    async with browser(play, THU) as thu:
        await thu.opens("/ban/hom-nay")
        await thu.presses("on")
    await play.hears(LAN.says("em mới sinh con thì làm giấy ở đâu"))
    assert any("Xã đã biết và đang xem" in said for said in play.said(LAN)[-3:])
