"""Appointments: held, confirmed, moved, cancelled; who waits is offered what is freed; closures and moves are told."""

import datetime as dt
from dataclasses import replace

import pytest

from bot.ahead.ics import Event, calendar
from tests.appointing import taking
from tests.cast import EMMA, HOA, HUNG, LAN, MINH, NGOC_HA
from tests.stage import played

NAME = "dang-ky-khai-sinh"
DAY, HOUR, MINUTE = 24 * 3600, 3600, 60
AT = "202611240800"  # Tuesday 24 November 2026 is a day off: Vietnam Culture Day
WEDNESDAY = "202611250800"


async def here(play, *people, **more):
    play.turns.house = taking(play.turns.house, **more)
    play.turns._reckoned_by = play.turns.house.knowledge
    for person in people:
        await play.hears(person.says("/commune phường Ngọc Hà, Hà Nội"))


async def books(play, person, at=WEDNESDAY, name=NAME):
    await play.hears(person.presses(f"bkh:{name}:{at}"))
    await play.hears(person.presses(play.action(person, "bkc:")))


def labels(play, person):
    return [b["text"] for b in play.buttons(person)]


@pytest.mark.parametrize(
    ("person", "words", "action"),
    [
        (LAN, "em muốn đặt lịch hẹn làm khai sinh ạ", f"bk:{NAME}"),
        (EMMA, "can I book an appointment to register my baby", f"bk:{NAME}"),
        (LAN, "đặt lịch gặp chủ tịch", None),  # for which nothing is booked
    ],
)
@played
async def test_asked_for_in_words(play, person, words, action):
    await here(play, person)
    await play.hears(person.says(words))
    assert ([b.get("callback_data") for b in play.buttons(person)] == [action]) is (action is not None)


@played
async def test_seen_and_cancelled_in_words(play):
    await here(play, LAN)
    await play.hears(LAN.says("em muốn đặt lịch ạ"))
    assert play.said(LAN)[-1] == play.say("book.which")
    await books(play, LAN)
    await play.hears(LAN.says("hủy lịch hẹn giúp em"))
    await play.hears(LAN.presses(play.action(LAN, "bkx:")))
    await play.hears(LAN.presses(play.action(LAN, "bky:")), LAN.says("xem lịch hẹn"))
    assert play.said(LAN)[-1] == play.say("book.none")


@played
async def test_a_day_then_a_time_held_then_confirmed_with_papers_and_a_file(play):
    await here(play, LAN)
    await play.hears(LAN.says("khai sinh cho con ở đâu"))
    await play.hears(LAN.presses(f"bk:{NAME}"))
    assert "thứ Tư 25/11: còn 12 giờ" in labels(play, LAN)
    assert not [one for one in labels(play, LAN) if "24/11" in one]  # a day off
    await play.hears(LAN.presses(f"bkd:{NAME}:20261125"))
    assert labels(play, LAN)[:4] == ["08:00", "08:30", "09:00", "09:30"]
    await play.hears(LAN.presses(f"bkh:{NAME}:{WEDNESDAY}"))
    assert "chưa bấm thì chưa đặt" in play.said(LAN)[-1]
    await play.hears(LAN.presses(play.action(LAN, "bkc:")))
    done = next(text for text in play.said(LAN) if text.startswith("Đặt xong"))
    assert "LH-" in done
    assert "chứng sinh" in done.lower()
    data = play.server.files[LAN.id][-1][1]
    assert "DTSTART:20261125T010000Z" in data.decode()
    assert "khai sinh" not in data.decode().partition("SUMMARY:")[2].partition("\r\n")[0].lower()


@played
async def test_pressed_twice_is_one_appointment(play):
    await here(play, LAN)
    await books(play, LAN)
    await play.hears(LAN.presses(play.action(LAN, "bkc:")), LAN.says("/appointments"))
    assert play.said(LAN)[-1].count("LH-") == 1


@played
async def test_what_the_public_may_not_have_is_not_shown(play, clock):
    """Two of three places; the third is for whoever walks in."""
    await here(play, LAN, HUNG, EMMA)
    await books(play, LAN)
    await books(play, HUNG)
    await play.hears(EMMA.presses(f"bkd:{NAME}:20261125"))
    assert "08:00" not in labels(play, EMMA)
    await play.hears(EMMA.presses(f"bkh:{NAME}:{WEDNESDAY}"))
    assert next(b["callback_data"] for b in play.buttons(EMMA)) == f"bkh:{NAME}:202611250830"


@played
async def test_held_for_five_minutes_and_then_for_others(play, clock):
    await here(play, LAN, HUNG, EMMA)
    await play.hears(LAN.presses(f"bkh:{NAME}:{WEDNESDAY}"), HUNG.presses(f"bkh:{NAME}:{WEDNESDAY}"))
    late = play.action(LAN, "bkc:")
    clock.pass_(6 * MINUTE)
    await books(play, EMMA)
    assert any("Booked" in text for text in play.said(EMMA))
    await play.hears(LAN.presses(late))
    assert play.said(LAN)[-1] == play.say("book.lapsed")


@played
async def test_moved_keeps_its_code_and_frees_the_old_time(play):
    await here(play, LAN, HUNG)
    await books(play, LAN)
    code = next(text for text in play.said(LAN) if "LH-" in text).partition("LH-")[2][:7]
    await books(play, LAN, "202611261400")
    assert any(text.startswith("Đã đổi sang 14:00") and code in text for text in play.said(LAN))
    assert "SEQUENCE:1" in play.server.files[LAN.id][-1][1].decode()
    await play.hears(HUNG.presses(f"bkd:{NAME}:20261125"))
    assert "08:00" in labels(play, HUNG)
    await play.hears(LAN.says("/appointments"))
    assert play.said(LAN)[-1].count("LH-") == 1


@played
async def test_cancelled_by_button_after_one_question(play):
    await here(play, LAN)
    await books(play, LAN)
    await play.hears(LAN.says("/appointments"))
    await play.hears(LAN.presses(play.action(LAN, "bkx:")))
    await play.hears(LAN.says("/appointments"))
    assert "LH-" in play.said(LAN)[-1]  # asked, not done
    await play.hears(LAN.presses(play.action(LAN, "bky:")), LAN.says("/appointments"))
    assert play.said(LAN)[-1] == play.say("book.none")
    assert "STATUS:CANCELLED" in play.server.files[LAN.id][-1][1].decode()


@pytest.mark.on_both
@played
async def test_the_code_finds_ones_own_and_nobody_touches_anothers(play):
    await here(play, LAN, HUNG)
    await books(play, LAN)
    code = "LH-" + next(text for text in play.said(LAN) if "LH-" in text).partition("LH-")[2][:7]
    for words in (f"/appointments {code.lower()}", f"em muốn hủy lịch {code.replace('-', ' ').lower()} ạ", code):
        await play.hears(LAN.says(words))
        assert play.said(LAN)[-1].startswith("Lịch hẹn 08:00")
    await play.hears(LAN.presses(play.action(LAN, "bkx:")))
    stolen = play.action(LAN, "bky:")
    await play.hears(HUNG.says(f"hủy {code}"))
    assert play.said(HUNG)[-1] == play.say("book.unknown")
    await play.hears(HUNG.says(f"/appointments {code}"), HUNG.presses(stolen), LAN.says("/appointments"))
    assert code in play.said(LAN)[-1]
    assert play.said(HUNG)[-1] == play.say("button.old")


@pytest.mark.on_both
@played
async def test_whoever_waits_longest_and_can_come_is_offered_what_is_freed(play, clock):
    await here(play, LAN, HUNG, EMMA)
    await books(play, LAN, "202611251400")
    await play.hears(HUNG.presses(f"bkw:{NAME}:am"), EMMA.presses(f"bkw:{NAME}:any"))
    await play.hears(LAN.says("/appointments"))
    await play.hears(LAN.presses(play.action(LAN, "bkx:")))
    await play.hears(LAN.presses(play.action(LAN, "bky:")))
    assert not any("nhường chỗ" in t and "30 phút, bạn nhận" in t for t in play.said(HUNG))  # only mornings
    assert play.said(EMMA)[-1].startswith("A time has become free: 14:00")
    await play.hears(EMMA.presses(play.action(EMMA, "bkc:")))
    assert any(text.startswith("Booked: 14:00") for text in play.said(EMMA))


async def cancels(play, person):
    await play.hears(person.says("/appointments"))
    await play.hears(person.presses(play.action(person, "bkx:")))
    await play.hears(person.presses(play.action(person, "bky:")))


@played
async def test_what_is_freed_by_night_is_offered_in_the_morning(play, clock):
    await here(play, LAN, HUNG)
    await books(play, LAN, "202611251000")
    await play.hears(HUNG.presses(f"bkw:{NAME}:any"))
    clock.now = dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)  # 22:00 before a day off
    await cancels(play, LAN)
    await play.passes(clock, DAY)
    assert not any(text.startswith("Vừa có chỗ trống") for text in play.said(HUNG))
    await play.passes(clock, 9 * HOUR)  # Wednesday, 7:00
    assert play.said(HUNG)[-1].startswith("Vừa có chỗ trống: 10:00")


@played
async def test_a_time_held_and_not_confirmed_goes_to_whoever_waits(play, clock):
    await here(play, LAN, HUNG)
    await play.hears(LAN.presses(f"bkh:{NAME}:{WEDNESDAY}"), HUNG.presses(f"bkw:{NAME}:any"))
    await play.passes(clock, 4 * MINUTE)
    assert not any(text.startswith("Vừa có chỗ trống") for text in play.said(HUNG))
    await play.passes(clock, 2 * MINUTE)
    assert play.said(HUNG)[-1].startswith("Vừa có chỗ trống: 08:00")


@played
async def test_whoever_has_moved_away_can_still_move_the_appointment(play):
    await here(play, LAN)
    await books(play, LAN)
    await play.hears(LAN.says("/commune phường Ba Đình, Hà Nội"))
    await books(play, LAN, "202611261400")
    assert any(text.startswith("Đã đổi sang 14:00") for text in play.said(LAN))


@played
async def test_the_time_of_whoever_is_forgotten_is_offered_to_whoever_waits(play):
    await here(play, LAN, HUNG)
    await books(play, LAN, "202611251400")
    await play.hears(HUNG.presses(f"bkw:{NAME}:any"), LAN.says("/forget"), LAN.presses("r:forget"))
    assert "14:00" in play.said(HUNG)[-1]
    assert "30 phút" in play.said(HUNG)[-1]


@played
async def test_an_offer_that_is_not_taken_goes_to_the_next_after_half_an_hour(play, clock):
    await here(play, LAN, HUNG, EMMA)
    await books(play, LAN)
    await play.hears(HUNG.presses(f"bkw:{NAME}:any"))
    clock.pass_(1)
    await play.hears(EMMA.presses(f"bkw:{NAME}:any"))
    await play.hears(LAN.says("/appointments"))
    await play.hears(LAN.presses(play.action(LAN, "bkx:")))
    await play.hears(LAN.presses(play.action(LAN, "bky:")))
    assert play.said(HUNG)[-1].startswith("Vừa có chỗ trống")
    assert not any("become free:" in text for text in play.said(EMMA))
    await play.passes(clock, 31 * MINUTE)
    assert play.said(EMMA)[-1].startswith("A time has become free")
    await play.hears(HUNG.presses(play.action(HUNG, "bkc:")))
    assert play.said(HUNG)[-1] == play.say("book.lapsed")


@played
async def test_reminded_the_day_before_and_two_hours_before(play, clock):
    await here(play, LAN)
    await books(play, LAN, "202611270900")  # Friday
    await play.passes(clock, 2 * DAY)
    assert not [t for t in play.said(LAN) if t.startswith("⏰")]
    await play.passes(clock, DAY + 5 * MINUTE)  # Thursday 9:05
    assert len([t for t in play.said(LAN) if t.startswith("⏰")]) == 1
    clock.now = dt.datetime(2026, 11, 27, 0, 1, tzinfo=dt.UTC)  # Friday 7:01
    await play.passes(clock, 0)
    last = [t for t in play.said(LAN) if t.startswith("⏰")]
    assert len(last) == 2
    assert "chứng sinh" in last[-1].lower()
    await play.passes(clock, DAY)
    assert len([t for t in play.said(LAN) if t.startswith("⏰")]) == 2


@played
async def test_no_reminder_comes_after_the_appointment_is_over(play, clock):
    """Telegram was out of reach from before until after it."""
    await here(play, LAN)
    await books(play, LAN)
    before = len(play.said(LAN))
    clock.now = dt.datetime(2026, 11, 25, 0, 1, tzinfo=dt.UTC)
    while play.turns.keep_appointments():
        pass
    clock.now = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
    await play.deliver()
    assert len(play.said(LAN)) == before


@played
async def test_stop_keeps_the_appointment_and_forget_does_not(play, clock):
    await here(play, LAN)
    await books(play, LAN, "202611270900")
    await play.passes(clock, 3 * DAY + 5 * MINUTE)
    await play.hears(LAN.says("DỪNG"))
    assert play.said(LAN)[-1] == play.say("unasked.stopped_appointment")
    await play.passes(clock, 22 * HOUR + 30 * MINUTE)
    assert len([t for t in play.said(LAN) if t.startswith("⏰")]) == 1
    await play.hears(LAN.says("/appointments"), LAN.says("/forget"), LAN.presses("r:forget"), LAN.says("/appointments"))
    assert play.said(LAN)[-1] == play.say("book.none")


@pytest.mark.parametrize("change", [{"closures": ["2026-11-25"]}, {"slot_minutes": "45", "lead_hours": "1"}])
@played
async def test_what_the_office_cannot_keep_is_told_with_two_other_times(play, clock, change):
    await here(play, LAN)
    await books(play, LAN, "202611250830")
    play.turns.house = taking(play.turns.house, **change)
    await play.passes(clock, MINUTE)
    assert play.said(LAN)[-1].startswith("Xin lỗi bạn")
    assert "STATUS:CANCELLED" in play.server.files[LAN.id][-1][1].decode()
    offered = [b["callback_data"] for b in play.buttons(LAN) if b["callback_data"].startswith("bkh:")]
    assert len(offered) == 2
    await play.hears(LAN.presses(offered[0]))
    await play.hears(LAN.presses(play.action(LAN, "bkc:")))
    assert any(text.startswith("Đặt xong") for text in play.said(LAN)[-2:])
    await play.passes(clock, MINUTE)
    assert len([t for t in play.said(LAN) if t.startswith("Xin lỗi bạn")]) == 1


@pytest.mark.parametrize(("at", "by_night"), [("202611251000", False), ("202611250800", True)])
@played
async def test_what_is_called_off_by_night_is_told_by_night_only_where_the_morning_is_too_late(
    play, clock, at, by_night
):
    await here(play, LAN)
    await books(play, LAN, at)
    clock.now = dt.datetime(2026, 11, 24, 15, 0, tzinfo=dt.UTC)  # 22:00
    play.turns.house = taking(play.turns.house, closures=["2026-11-25"])
    await play.passes(clock, MINUTE)
    assert any(text.startswith("Xin lỗi bạn") for text in play.said(LAN)) is by_night
    await play.passes(clock, 9 * HOUR)
    assert len([text for text in play.said(LAN) if text.startswith("Xin lỗi bạn")]) == 1


@played
async def test_a_commune_that_stops_taking_them_tells_so(play, clock):
    await here(play, LAN)
    await books(play, LAN)
    play.turns.house = replace(play.turns.house, knowledge=replace(play.turns.house.knowledge, appointments={}))
    await play.passes(clock, MINUTE)
    assert play.say("book.off_none") in play.said(LAN)[-1]
    await play.hears(LAN.presses(f"bk:{NAME}"))
    assert play.said(LAN)[-1] == play.say("book.not_here")


@pytest.mark.on_both
@played
async def test_an_office_that_moves_is_told(play, clock):
    await here(play, LAN)
    await books(play, LAN)
    known = play.turns.house.knowledge
    moved = tuple(one.model_copy(update={"address": "9 phố Mới", "name": "Trung tâm mới"}) for one in known.offices[8])
    kinds = [one.kind.value for one in known.offices[8]]
    offices = {**known.offices, 8: moved}
    play.turns.house = replace(play.turns.house, knowledge=replace(known, offices=offices))
    await play.passes(clock, MINUTE)
    if "service_centre" in kinds:
        assert "9 phố Mới" in play.said(LAN)[-1]
    before = len(play.said(LAN))
    await play.passes(clock, HOUR)
    assert len(play.said(LAN)) == before


@pytest.mark.on_both
@played
async def test_the_desk_sees_codes_and_no_names(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await here(play, LAN)
    await books(play, LAN)
    await play.hears(HOA.says("/appointments"))
    said = play.said(HOA)[-1]
    assert "08:00" in said
    assert "LH-" in said
    assert "Lan" not in said


@pytest.mark.parametrize("old", ["bkh:x:202611250800", f"bkh:{NAME}:202613990800", f"bkd:{NAME}:abc", "bkc:999999", "bk",
                                 f"bkh:{NAME}:202611250801", f"bkh:{NAME}:202611220800", "bkc:99999999999999999999"])  # fmt: skip
@played
async def test_a_button_is_not_believed(play, old):
    await here(play, LAN)
    await play.hears(LAN.presses(old), LAN.says("/appointments"))
    assert play.said(LAN)[-1] == play.say("book.none")
    assert play.say("book.taken") not in play.said(LAN)


def test_a_calendar_file_is_folded_inside_no_letter():
    event = Event(uid="LH-1@motcua", number=0, starts=dt.datetime(2026, 12, 3, 2, tzinfo=dt.UTC), minutes=30,
                  title="Hẹn; ở xã, phường", place="Phường Ngọc Hà " * 9, papers="giấy\nchứng sinh")  # fmt: skip
    text = calendar(event, dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC))
    lines = text.split("\r\n")
    assert 70 < max(len(line.encode()) for line in lines) <= 75
    assert "SUMMARY:Hẹn\\; ở xã\\, phường" in lines
    whole = text.replace("\r\n ", "")
    assert f"LOCATION:{'Phường Ngọc Hà ' * 9}\r\n" in whole
    assert "DESCRIPTION:giấy\\nchứng sinh" in whole
