"""Buttons: every string that was ever sent is read as what it meant, and written again as it was."""

import datetime as dt
import re

import pytest

from bot.ahead.slots import Wish
from bot.casework import citizens, officers
from bot.conversation import actions
from bot.conversation.actions import DeskVerb, OwnVerb
from bot.desk.request import RequestKind
from tests.conftest import ROOT

SENT = {
    "answer:dang-ky-khai-sinh:fee": actions.Answer("dang-ky-khai-sinh", "fee"),
    "full:dang-ky-khai-sinh:fee": actions.InFull("dang-ky-khai-sinh", "fee"),
    "plain:on": actions.Plainly("on"),
    "r:voice": actions.SendUnseen(),
    "commune:ask": actions.AskCommune(),
    "commune:8": actions.ChooseCommune(8),
    "language:en": actions.ChooseLanguage("en"),
    "topics": actions.Topics(),
    "topic:family:2": actions.Topic("family", 2),
    "events": actions.LifeEvents(),
    "event:birth": actions.LifeEvent("birth"),
    "list:x": actions.OpenChecklist("x"),
    "relist:x": actions.BeginChecklist("x"),
    "case:x:who:self": actions.ChooseCase("x", "who", "self"),
    "tick:x:form": actions.Tick("x", "form"),
    "save:x:png": actions.SaveChecklist("x", "png"),
    "ben:": actions.Benefits(""),
    "ben:75.poor": actions.Benefits("75.poor"),
    "remind:x": actions.AskDate("x"),
    "rday:x:20270325": actions.ChooseDate("x", dt.date(2027, 3, 25)),
    "rno": actions.NoReminder(),
    "nno": actions.NoNextStep(),
    "rkeep:x:20270325": actions.KeepReminder("x", dt.date(2027, 3, 25)),
    "rdrop:7": actions.DropReminder(7),
    "rstop:next": actions.StopTelling("next"),
    "nlater:x": actions.NextLater("x"),
    "nwant:health": actions.WantNotices("health"),
    "nunwant:health": actions.UnwantNotices("health"),
    "nsend:7": actions.SendBroadcast(7),
    "nrefuse:7": actions.RefuseBroadcast(7),
    "npause:7": actions.PauseBroadcast(7),
    "nresume:7": actions.ResumeBroadcast(7),
    "tk:7": actions.ShowTicket(7),
    "tkx:7": actions.AskLeaveLine(7),
    "tky:7": actions.LeaveLine(7),
    "d:line:8:ho-tich": actions.ShowLine(8, "ho-tich"),
    "d:call:8:ho-tich": actions.CallNext(8, "ho-tich"),
    "d:pause:8:ho-tich": actions.PauseLine(8, "ho-tich"),
    "d:came:7:here": actions.Came(7, "here"),
    "d:bcame:7:missed": actions.BookedCame(7, "missed"),
    "d:hnew:8:service_centre": actions.ProposeHours(8, "service_centre"),
    "d:hsend:7": actions.SendHours(7),
    "d:hdrop:7": actions.DropHours(7),
    "d:hok:7": actions.ConfirmHours(7),
    "d:hno:7": actions.RefuseHours(7),
    "bk:x": actions.BookDays("x"),
    "bkd:x:20261125": actions.BookTimes("x", dt.date(2026, 11, 25)),
    "bkh:x:202611250830": actions.HoldTime("x", dt.datetime(2026, 11, 25, 1, 30, tzinfo=dt.UTC)),
    "bkw:x:am": actions.WaitForTime("x", Wish.MORNING),
    "bkz:x": actions.WaitNoMore("x"),
    "bkc:7": actions.ConfirmBooking(7),
    "bkx:7": actions.AskCancelBooking(7),
    "bky:7": actions.CancelBooking(7),
    "bkn:7": actions.RefuseOffer(7),
    "other": actions.OtherMatter(),
    "wrong:x": actions.Wrong("x"),
    "none": actions.NoneOfThese(),
    "do:queue": actions.Command("queue"),
    "r:new:q:": actions.NewRequest(RequestKind.QUESTION, ""),
    "r:new:x:x": actions.NewRequest(RequestKind.EXTRA_DEMAND, "x"),
    "r:new:f:": actions.NewRequest(RequestKind.FEEDBACK, ""),
    "r:yes:p:x": actions.Agree(RequestKind.PAPERS, "x"),
    "r:yes:q::alone": actions.Agree(RequestKind.QUESTION, "", "alone"),
    "r:no": actions.Disagree(),
    "r:forget": actions.Forget(),
    "noted": actions.Noted(),
    "r:bot": actions.BackToBot(),
    "r:send:MC-2345-AB": actions.OwnRequest(OwnVerb.SEND, "MC-2345-AB"),
    "r:kind:MC-2345-AB:papers": actions.OwnRequest(OwnVerb.KIND, "MC-2345-AB", "papers"),
    "r:photo:MC-2345-AB:clean.12": actions.OwnRequest(OwnVerb.PHOTO, "MC-2345-AB", "clean.12"),
    "r:rate:MC-2345-AB:5": actions.OwnRequest(OwnVerb.RATE, "MC-2345-AB", "5"),
    "hno": actions.HelpNobody(),
    "hread": actions.ReadNumber(),
    "d:practice": actions.Practise(),
    "d:into:MC-2345-AB:7": actions.GatherInto("MC-2345-AB", 7),
    "d:matter:7": actions.ShowMatter(7),
    "d:mpass:7": actions.PassMatter(7),
    "d:manswer:7": actions.AnswerMatter(7),
    "r:new:v:": actions.NewRequest(RequestKind.RECOMMENDATION, ""),
    "d:nsend:7": actions.SendNotice(7),
    "d:hinvite:8": actions.InviteHelper(8),
    "d:hend:7": actions.EndHelper(7),
    "d:approve:7": actions.Approve(7),
    "d:return:7": actions.SendBack(7),
    "d:sure:7": actions.SendAnyway(7),
    "d:unsure:7": actions.LeaveUnsent(7),
    "d:notice:7": actions.WriteNotice(7),
    "d:to:7:-": actions.SayTo(7, "-"),
    "d:say:MC-2345-AB:docs": actions.Canned("MC-2345-AB", "docs"),
    "d:assign:MC-2345-AB:22": actions.GiveTo("MC-2345-AB", "22"),
    "d:r:MC-2345-AB": actions.DeskCommand(DeskVerb.REPLIES, "MC-2345-AB"),
    "d:claim:MC-2345-AB": actions.DeskCommand(DeskVerb.CLAIM, "MC-2345-AB"),
}


@pytest.mark.parametrize("wire", SENT)
def test_what_was_sent_is_read_and_written_as_it_was(wire):
    assert actions.read(wire) == SENT[wire]
    assert SENT[wire].wire == wire


def test_every_kind_of_button_is_among_them():
    assert {type(action) for action in SENT.values()} == set(actions.ACTIONS)


@pytest.mark.parametrize(
    ("wire", "kind"),
    [
        ("", actions.Unknown), ("answer", actions.Unknown), ("answer:a:b:c", actions.Unknown),
        ("commune:-1", actions.Unknown), ("commune:٣", actions.Unknown), ("commune:" + "9" * 18, actions.Unknown),
        ("topic:x:two", actions.Unknown), ("rday:x:20270230", actions.Unknown), ("rday:x:2027", actions.Unknown), ("hologram:1", actions.Unknown), ("r", actions.UnknownOwn),
        ("r:fly:MC-2345-AB", actions.UnknownOwn), ("r:send", actions.UnknownOwn), ("d:approve:x", actions.UnknownDuty),
        ("d:claim:a:b", actions.UnknownDuty),
    ],
)  # fmt: skip
def test_what_nobody_sent_means_nothing(wire, kind):
    assert type(actions.read(wire)) is kind


def test_each_verb_is_done_by_somebody():
    assert set(citizens.VERBS) == set(OwnVerb)
    assert set(officers.COMMANDS) == {verb.value for verb in DeskVerb}


STRINGS = re.compile(
    r"""["'](r|d|do|answer|commune|language|event|list|relist|case|tick|save|ben|rday|rkeep|rdrop|rstop|nlater):[{\w]"""
)


@pytest.mark.parametrize("room", ["conversation", "casework", "desk", "service", "doors"])
def test_nobody_else_puts_such_strings_together(room):
    for path in (ROOT / "bot" / room).rglob("*.py"):
        if path.name != "actions.py":
            assert not STRINGS.search(path.read_text(encoding="utf-8")), path
