"""Nhắc mình: asked for in words or by a button, told on its day, once, by day, and never after it was stopped."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from bot.casework import ahead
from bot.content.schema import Change, Text
from bot.store import agenda
from tests.cast import BUDI, EMMA, HOA, HUNG, LAN, NGOC_HA
from tests.stage import played

DAY = 24 * 3600
HOUR = 3600


def told(play, person):
    """What somebody was reminded of."""
    openings = [play.say("remind.told", language=code, name="").strip() for code in ("vi", "en", "id")]
    return [text for text in play.said(person) if any(text.startswith(one) for one in openings)]


async def wants(play, person, name, day):
    await play.hears(person.presses(f"remind:{name}"), person.says(day))
    await play.hears(person.presses(play.action(person, "rkeep:")))


async def goes_on(play, clock, days):
    """Days pass, each looked at once, before noon."""
    for _ in range(days):
        await play.passes(clock, DAY)


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (LAN, "nhắc em khi sắp hết hạn tạm trú với ạ"),
        (HUNG, "nhac em khi sap het han tam tru"),
        (EMMA, "please remind me when my temporary residence expires"),
        (BUDI, "tolong ingatkan saya kalau tinggal sementara habis"),
    ],
)
@played
async def test_asked_in_words_with_one_question_and_told_in_its_window(play, clock, person, words):
    """From 15 days before the end (Law on Residence, art. 28): 20 March 2027 opens on Friday 5 March."""
    await play.hears(person.says(words))
    assert "25/03/2027" in play.said(person)[-1]  # how to write a day
    await play.hears(person.says("20/3/2027"))
    assert "05/03/2027" in play.said(person)[-1]
    await play.hears(person.presses(play.action(person, "rkeep:gia-han-tam-tru:20270320")))
    clock.now = dt.datetime(2027, 3, 4, 16, 0, tzinfo=dt.UTC)  # 23:00 the evening before
    await play.passes(clock, 0)
    assert told(play, person) == []
    await play.passes(clock, 11.5 * HOUR)  # 10:30
    (said,) = told(play, person)
    assert "20/03/2027" in said
    await goes_on(play, clock, 13)
    assert len(told(play, person)) == 2  # and three days before: Wednesday 17 March
    await goes_on(play, clock, 8)
    assert len(told(play, person)) == 2
    await play.hears(person.says("/reminders"))
    assert "20/03/2027" not in play.said(person)[-1]  # over, and kept no more


@played
async def test_each_says_why_what_to_bring_where_and_how_to_stop(play, clock):
    await play.hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"))
    await wants(play, LAN, "dang-ky-khai-sinh", "20/11/2026")
    await play.passes(clock, 11 * DAY + 3 * HOUR)  # Friday 4 December: 45 days before Tuesday 19 January
    (said,) = told(play, LAN)
    assert "19/01/2027" in said
    assert "60 ngày kể từ ngày sinh" in said
    assert "chứng sinh" in said.lower()
    assert "Ngọc Hà" in said
    assert "DỪNG" in said


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("31/4/1990", "remind.impossible"),
        ("rằm tháng giêng năm 1990", "remind.lunar"),
        ("20/3 âm lịch", "remind.lunar"),
        ("tháng 3 năm 1990", "remind.no_day"),
        ("20/3/2040", "remind.future"),
        ("20/3/1790", "remind.past"),
        ("20/3/95", "remind.maybe"),
        ("3/20/1995", "remind.maybe"),
        ("20 tháng 3", "remind.maybe"),
        ("300 năm trước", "remind.past"),
        ("3/95", "remind.no_day"),
        ("đầu năm nay", "remind.no_date"),
        ("một năm trước", "remind.no_date"),
    ],
)
@played
async def test_a_day_that_is_not_clear_is_asked_again_kindly(play, typed, asked):
    await play.hears(LAN.presses("remind:cap-the-can-cuoc"), LAN.says(typed))
    what = play.say("remind.date_birth")
    assert play.said(LAN)[-1] == play.say(asked, what=what)
    await play.hears(LAN.says("20/03/1995"))
    assert "20/03/2035" in play.said(LAN)[-1]  # 40 years


@played
async def test_what_may_have_been_meant_is_a_button_each(play):
    await play.hears(LAN.presses("remind:cap-the-can-cuoc"), LAN.says("20/3/13"))
    assert [b["text"] for b in play.buttons(LAN)][:-1] == ["20/03/2013"]
    await play.hears(LAN.presses("rday:cap-the-can-cuoc:20130320"))
    assert "Đủ 14 tuổi ngày 20/03/2027" in play.said(LAN)[-1]


@played
async def test_asking_something_else_instead_is_answered(play):
    await play.hears(LAN.presses("remind:cap-the-can-cuoc"), LAN.says("đăng ký kết hôn cần giấy tờ gì"))
    assert "kết hôn" in play.said(LAN)[-1]
    await play.hears(LAN.says("20/3/1995"))
    assert "rkeep" not in str(play.buttons(LAN))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["có"], "05/03/2027"),
        (["à nhầm, 22/3/2027", "dạ vâng"], "08/03/2027"),
        (["không"], None),
        (["dừng"], None),
        (["đăng ký kết hôn cần giấy tờ gì", "có"], None),
    ],
)
@played
async def test_yes_no_or_another_day_may_be_typed(play, said, kept):
    await play.hears(LAN.says("nhắc em khi sắp hết hạn tạm trú"), LAN.says("20/3/2020"), LAN.says("20/3/2027"))
    await play.hears(*map(LAN.says, said))
    told_so = [text for text in play.said(LAN) if text.startswith("Xong rồi ạ")]
    assert [kept in text for text in told_so] == ([True] if kept else [])


@pytest.mark.parametrize("words", ["thôi", "thôi khỏi ạ", "em không nhớ", "dừng"])
@played
async def test_whoever_does_not_want_to_tell_the_day_may_say_so(play, words):
    await play.hears(LAN.presses("remind:cap-the-can-cuoc"), LAN.says(words))
    assert play.said(LAN)[-1] == play.say("remind.not_kept")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("nhắc em ngày 20/3/2027 hết hạn tạm trú", "gia-han-tam-tru:20270320"),
        ("nhắc em đổi căn cước, con sinh 5/3/2013", "cap-the-can-cuoc:20130305"),
        ("nhắc em 3 ngày nữa gia hạn tạm trú", None),  # the day on which to be told, perhaps
    ],
)
@played
async def test_a_day_told_with_the_wish_is_not_asked_for(play, words, day):
    await play.hears(LAN.says(words))
    assert next(b["callback_data"] for b in play.buttons(LAN)) == (f"rkeep:{day}" if day else "rno")


@played
async def test_an_identity_card_that_ends_is_no_passport(play):
    await play.hears(BUDI.says("ingatkan saya kalau KTP habis masa berlaku"), BUDI.says("20/3/1995"))
    assert play.action(BUDI, "rkeep:") == "rkeep:cap-the-can-cuoc:19950320"


@played
async def test_a_button_with_a_day_that_cannot_be_keeps_nothing(play):
    await play.hears(LAN.presses("rkeep:cap-the-can-cuoc:20990101"))
    assert play.said(LAN)[-1] == play.say("button.old")


@played
async def test_nothing_is_kept_before_yes(play):
    await play.hears(LAN.presses("remind:cap-the-can-cuoc"), LAN.says("20/3/2013"), LAN.presses("rno"))
    await play.hears(LAN.says("/mydata"))
    held = json.loads(play.server.files[LAN.id][-1][1])
    assert held["reminders"] == []
    assert "2013" not in json.dumps(held["chat"])


@played
async def test_pressed_twice_is_kept_once(play, clock):
    await wants(play, LAN, "cap-the-can-cuoc", "20/3/2013")
    await play.hears(LAN.presses("rkeep:cap-the-can-cuoc:20130320"))
    clock.now = dt.datetime(2027, 1, 19, 4, 0, tzinfo=dt.UTC)  # 60 days before
    await play.passes(clock, 0)
    assert len(told(play, LAN)) == 1


@pytest.mark.parametrize(
    "word",
    ["DỪNG", "dừng", "stop", "berhenti", "Dừng nhé em", "DUNG", "Trả lời DỪNG", "đừng nhắc em nữa", "/stop", "/dung"],
)
@played
async def test_one_word_stops_it_at_once(play, database, clock, word):
    await wants(play, LAN, "dang-ky-khai-sinh", "20/11/2026")
    clock.now = dt.datetime(2026, 12, 4, 4, 0, tzinfo=dt.UTC)
    while play.turns.keep_appointments():
        pass  # it waits in the outbox
    await play.store(LAN.says(word))
    await play.act()
    await play.deliver()
    assert told(play, LAN) == []
    await goes_on(play, clock, 46)
    assert told(play, LAN) == []
    with database.look() as connection:
        assert [e.name for e in agenda.due(connection, now=clock.now + dt.timedelta(days=9), limit=9)
                if e.kind == ahead.DUE] == []  # fmt: skip


@played
async def test_where_nothing_is_to_be_stopped_it_is_said_and_to_the_desk_the_word_goes_on(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.hears(LAN.says("dừng"))
    assert play.said(LAN)[-1] == play.say("unasked.nothing")
    await play.drafts(HUNG)
    await play.hears(HUNG.says("dừng"))
    assert play.say("unasked.nothing") not in play.said(HUNG)


@played
async def test_to_stop_one_of_them_the_list_is_shown(play):
    await wants(play, LAN, "dang-ky-khai-sinh", "20/11/2026")
    await wants(play, LAN, "cap-the-can-cuoc", "20/3/2013")
    await play.hears(LAN.says("đừng nhắc vụ khai sinh nữa"))
    assert len([b for b in play.buttons(LAN) if b["callback_data"].startswith("rdrop:")]) == 2
    await play.hears(LAN.says("/forget"), LAN.presses("r:forget"), LAN.says("lịch nhắc của em ạ"))
    assert play.said(LAN)[-1] == play.say("remind.none")


@played
async def test_dung_without_accents_stops_only_what_has_just_been_told(play, clock):
    await wants(play, LAN, "dang-ky-khai-sinh", "20/11/2026")
    await play.hears(LAN.says("dung"))
    assert play.say("unasked.stopped_reminder") not in play.said(LAN)
    await play.passes(clock, 11 * DAY + 3 * HOUR)
    assert len(told(play, LAN)) == 1
    await play.hears(LAN.says("dung"))
    assert play.said(LAN)[-1] == play.say("unasked.stopped_reminder")


@played
async def test_nothing_comes_after_forget(play, database, clock):
    await wants(play, LAN, "dang-ky-khai-sinh", "20/11/2026")
    clock.now = dt.datetime(2026, 12, 4, 4, 0, tzinfo=dt.UTC)
    while play.turns.keep_appointments():
        pass
    await play.store(LAN.says("/forget"), LAN.presses("r:forget"))
    await play.act()
    await play.deliver()
    await goes_on(play, clock, 46)
    assert told(play, LAN) == []


@played
async def test_an_officer_who_asks_to_be_forgotten_is_reminded_no_more(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    await wants(play, HOA, "dang-ky-khai-sinh", "20/11/2026")
    clock.now = dt.datetime(2026, 12, 4, 4, 0, tzinfo=dt.UTC)
    while play.turns.keep_appointments():
        pass
    await play.store(HOA.says("/forget"), HOA.presses("r:forget"))
    await play.act()
    await play.deliver()
    assert told(play, HOA) == []


@played
async def test_mydata_and_privacy_tell_of_it_and_the_list_removes_it(play, clock):
    await wants(play, LAN, "cap-the-can-cuoc", "20/3/2013")
    await play.hears(LAN.says("/privacy"))
    assert play.say("privacy.reminders") in play.said(LAN)[-1]
    await play.hears(LAN.says("/mydata"))
    (one,) = json.loads(play.server.files[LAN.id][-1][1])["reminders"]
    assert (one["procedure"], one["day"]) == ("cap-the-can-cuoc", "2013-03-20")
    await play.hears(LAN.says("/reminders"))
    await play.hears(LAN.presses(play.action(LAN, "rdrop:")))
    assert play.said(LAN)[-1] == play.say("remind.none")


@played
async def test_nobody_removes_anothers(play, clock):
    await wants(play, LAN, "cap-the-can-cuoc", "20/3/2013")
    await play.hears(LAN.says("/reminders"))
    await play.hears(HUNG.presses(play.action(LAN, "rdrop:")), LAN.says("/reminders"))
    assert "20/03/2013" in play.said(LAN)[-1]


@played
async def test_down_for_a_week_it_is_told_once_and_too_late_not_at_all(play, clock):
    await wants(play, LAN, "dang-ky-khai-sinh", "20/11/2026")  # told 4/12, 5/1, 15/1; due 19/1
    await wants(play, HUNG, "dang-ky-khai-tu", "20/11/2026")  # due 5/12
    clock.now = dt.datetime(2027, 1, 11, 18, 0, tzinfo=dt.UTC)  # the night of the 12th
    await play.passes(clock, 0)
    assert told(play, LAN) == told(play, HUNG) == []
    await play.passes(clock, 9 * HOUR)
    assert len(told(play, LAN)) == 1
    assert told(play, HUNG) == []
    await goes_on(play, clock, 10)
    assert len(told(play, LAN)) == 2


@played
async def test_what_telegram_could_not_take_by_day_waits_for_the_morning(play, clock):
    await wants(play, LAN, "dang-ky-khai-sinh", "20/11/2026")
    clock.now = dt.datetime(2026, 12, 4, 4, 0, tzinfo=dt.UTC)
    while play.turns.keep_appointments():
        pass
    clock.now = dt.datetime(2026, 12, 4, 16, 0, tzinfo=dt.UTC)  # 23:00, Telegram is back
    await play.deliver()
    assert told(play, LAN) == []
    await play.hears(LAN.says("khai sinh"))  # whoever asks is answered
    assert told(play, LAN) == []
    clock.now = dt.datetime(2026, 12, 5, 0, 1, tzinfo=dt.UTC)
    await play.deliver()
    assert len(told(play, LAN)) == 1


@played
async def test_days_off_are_kept(play, clock):
    """40 on 12 March 2027: 7 days before is Friday 5 March; 60 days before, 11 January; none at Tết."""
    await wants(play, LAN, "cap-the-can-cuoc", "14/4/1987")  # 60 days before 14/4/2027: 13/2, a Saturday after Tết
    clock.now = dt.datetime(2027, 2, 5, 4, 0, tzinfo=dt.UTC)  # Tết
    await goes_on(play, clock, 6)
    assert told(play, LAN) == []
    await goes_on(play, clock, 3)
    assert len(told(play, LAN)) == 1


def changed(house, name, answer, **update):
    """The house in which one answer of an entry says something else."""
    entry = house.knowledge.procedures[name]
    answers = tuple(one.model_copy(update=update) if one.id == answer else one for one in entry.answers)
    procedures = {**house.knowledge.procedures, name: entry.model_copy(update={"answers": answers})}
    return replace(house, knowledge=replace(house.knowledge, procedures=procedures))


@played
async def test_when_the_law_changes_it_is_reckoned_anew_and_told(play, clock):
    await wants(play, LAN, "dang-ky-khai-sinh", "20/11/2026")
    entry = play.turns.house.knowledge.procedures["dang-ky-khai-sinh"]
    length = next(one.length for one in entry.answers if one.id == "han-60-ngay")
    house = changed(play.turns.house, entry.id, "han-60-ngay", length=length.model_copy(update={"amount": 90}))
    play.turns.house = house
    await play.passes(clock, HOUR)
    assert "18/02/2027" in play.said(LAN)[-1]
    before = len(play.said(LAN))
    await goes_on(play, clock, 20)
    assert len(play.said(LAN)) == before  # told once
    clock.now = dt.datetime(2027, 1, 4, 4, 0, tzinfo=dt.UTC)  # 45 days before
    await play.passes(clock, 0)
    assert "18/02/2027" in told(play, LAN)[-1]


@played
async def test_a_rule_that_is_gone_reminds_of_nothing(play, clock):
    await wants(play, LAN, "dang-ky-khai-sinh", "20/11/2026")
    play.turns.house = changed(play.turns.house, "dang-ky-khai-sinh", "han-60-ngay", remind=None)
    await goes_on(play, clock, 60)
    assert told(play, LAN) == []
    over = play.say("remind.changed_over")
    assert [over in text for text in play.said(LAN)].count(True) == 1  # on the day that was promised


@played
async def test_the_office_is_that_of_the_day_it_is_told(play, clock):
    await play.hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"))
    await wants(play, LAN, "dang-ky-khai-sinh", "20/11/2026")
    await play.hears(LAN.says("/commune phường Ba Đình, Hà Nội"))
    await play.passes(clock, 11 * DAY + 3 * HOUR)
    assert "Ba Đình" in told(play, LAN)[-1]


@played
async def test_it_is_remembered_when_all_else_is_forgotten(play, clock):
    """A month after the last word the dialogue is gone; the reminder still knows language and commune."""
    play.turns.plan_nightly()
    await play.hears(EMMA.says("hello"), EMMA.says("/commune phường Ngọc Hà, Hà Nội"))
    await wants(play, EMMA, "gia-han-tam-tru", "20/5/2027")
    for _ in range(5):
        await play.passes(clock, 20 * DAY)
    clock.now = dt.datetime(2027, 5, 5, 4, 0, tzinfo=dt.UTC)
    await play.passes(clock, 0)
    (said,) = told(play, EMMA)
    assert said.startswith("🔔 You asked me")
    assert "Ngọc Hà" in said


@played
async def test_the_date_reaches_the_bot_while_words_go_to_the_desk(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.asks(LAN)
    await play.hears(LAN.presses("remind:cap-the-can-cuoc"), LAN.says("20/3/2013"))
    assert "Đủ 14 tuổi" in play.said(LAN)[-1]


@played
async def test_an_entry_that_nobody_reviewed_reminds_without_its_papers(play, clock):
    await wants(play, LAN, "gia-han-tam-tru", "20/3/2030")
    clock.now = dt.datetime(2030, 3, 5, 4, 0, tzinfo=dt.UTC)
    await play.passes(clock, 0)
    (said,) = told(play, LAN)
    assert "20/03/2030" in said
    assert play.say("remind.stale") in said
    assert play.say("remind.bring") not in said


def changing(house, name, on):
    """The house in which an entry knows of a change to come."""
    entry = house.knowledge.procedures[name]
    text = Text(vi="Khai sinh làm qua mạng là chính.", en="Births are registered online first.", id="Kelahiran online.")
    change = Change(text=text, on=on, source=tuple(entry.sources)[:1])
    procedures = {**house.knowledge.procedures, name: entry.model_copy(update={"changes": (change,)})}
    return replace(house, knowledge=replace(house.knowledge, procedures=procedures))


@played
async def test_a_change_of_law_is_told_to_whoever_waits_or_is_reminded_once(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    await wants(play, LAN, "dang-ky-khai-sinh", "20/11/2026")
    await play.asks(HUNG, "khai sinh cho con cần gì")
    await play.hears(BUDI.says("halo"))
    play.turns.house = changing(play.turns.house, "dang-ky-khai-sinh", dt.date(2026, 12, 15))
    for _ in range(6):
        await play.passes(clock, DAY)
    told_of_it = {person: [t for t in play.said(person) if "15/12/2026" in t and "qua mạng là chính" in t]
                  for person in (LAN, HUNG, BUDI)}  # fmt: skip
    assert [len(one) for one in told_of_it.values()] == [1, 1, 0]
    await play.hears(LAN.says("DỪNG"))
    assert play.said(LAN)[-1] == play.say("unasked.stopped_reminder")
