"""Proof: what the entries say, held against what the national portal said and against situations written by hand."""

import datetime as dt
import re
from pathlib import Path

import pytest
import yaml

from bot.content.schema import Unit
from bot.conversation.converse import converse
from bot.conversation.visit import Kind, Memory, Visit
from bot.desk.working_time import VIETNAM
from bot.understanding.result import Outcome
from tests.cast import LAN
from tests.stage import played

pytestmark = pytest.mark.only_on("sqlite", "what is true does not depend on where it is remembered")
HERE = Path(__file__).parent
RECORDS = yaml.safe_load((HERE / "portal_records.yaml").read_text())
REASONS = yaml.safe_load((HERE / "differences.yaml").read_text())
UNITS = {"ngày làm việc": Unit.WORKING_DAY, "ngày": Unit.DAY, "giờ": Unit.HOUR, "tháng": Unit.MONTH}


def fees_of(entry):
    return {fee.amount for fee in entry.fees if fee.amount is not None}


def times_of(entry):
    return {(time.amount, time.unit) for time in entry.times}


def forms_of(entry):
    named = [*(paper.form for paper in entry.papers), *(form.number for form in entry.forms)]
    return {word for name in named for word in re.findall(r"[A-Z]+\d+\w*", name or "")}


def told_times(text):
    """`3 Ngày làm việc; 7 Ngày` → pairs; a number without its unit says nothing."""
    found = re.findall(r"(\d+)\s+(ngày làm việc|ngày|giờ|tháng)", text.lower())
    return {(int(number), UNITS[unit]) for number, unit in found}


def differences(entry):
    """What the records of an entry's codes say and the entry does not."""
    for code in entry.codes:
        record = RECORDS.get(code.code)
        if record is None:
            continue
        for amount in set(record.get("fees", ())) - fees_of(entry):
            yield f"{code.code} fee {amount}"
        if record.get("free") and 0 not in fees_of(entry):
            yield f"{code.code} free"
        for amount, unit in sorted(told_times(str(record.get("time", ""))) - times_of(entry)):
            yield f"{code.code} time {amount} {unit}"
        for form in sorted(set(record.get("forms", ())) - forms_of(entry)):
            yield f"{code.code} form {form}"


def test_every_difference_from_the_portal_has_its_reason(content):
    found = {(entry.id, one) for entry in content.knowledge.procedures.values() for one in differences(entry)}
    explained = {(entry, one) for entry, reasons in REASONS.items() for one in reasons}
    assert found - explained == set()
    assert explained - found == set(), "a reason that explains nothing any more"


def test_most_entries_are_held_against_a_record(content):
    with_record = [e for e in content.knowledge.procedures.values() if any(c.code in RECORDS for c in e.codes)]
    assert len(with_record) >= 45


@pytest.mark.parametrize("entry", sorted(REASONS))
def test_reasons_are_sentences(entry):
    assert all(len(reason.split()) > 3 for reason in REASONS[entry].values())


SITUATIONS = yaml.safe_load((HERE / "situations.yaml").read_text())
ASPECTS = {"papers": "documents", "fee": "fee", "time": "time", "office": "place"}


@pytest.mark.parametrize("name", sorted(SITUATIONS))
def test_a_situation_gets_what_its_source_says(name, turns):
    expected = SITUATIONS[name]

    @played
    async def story(play):
        await play.hears(LAN.says(expected["says"]))
        assert any(name in (button.get("callback_data") or "") for button in play.buttons(LAN)), play.said(LAN)[-1]
        for key, aspect in ASPECTS.items():
            if key not in expected:
                continue
            await play.hears(LAN.presses(f"answer:{name}:{aspect}"))
            said = play.said(LAN)[-1].lower()
            wanted = expected[key] if isinstance(expected[key], list) else [expected[key]]
            assert all(word.lower() in said for word in wanted), (key, said)
            if key == "papers":
                needed = said.partition("không cần mang")[0]
                assert not any(word.lower() in needed for word in expected.get("not", ()))

    story(turns)


CORRECTIONS = yaml.safe_load((HERE / "corrections.yaml").read_text())
ASKED_ON = dt.date(2026, 12, 1)


@pytest.mark.parametrize("name", sorted(CORRECTIONS))
def test_what_was_corrected_is_told(name, house):
    expected = CORRECTIONS[name]
    now = dt.datetime.combine(expected.get("day", ASKED_ON), dt.time(9), VIETNAM)
    asked = Visit(chat="lan", kind=Kind.TEXT, text=expected["says"])
    answered = converse(asked, Memory(procedure=expected.get("of")), house, now)
    if (offered := _offered(answered, expected.get("of"))) is not None:
        answered = converse(Visit(chat="lan", kind=Kind.BUTTON, text=offered), answered.memory, house, now)
    said = "\n".join(reply.text for reply in answered.replies).lower()
    assert [word for word in expected["told"] if word.lower() not in said] == [], said
    assert [word for word in expected.get("never", ()) if word.lower() in said] == [], said


def _offered(answered, procedure):
    """The button of the matter, where it was asked which is meant."""
    read = answered.understanding
    if read is None or read.outcome is not Outcome.CLARIFY:
        return None
    actions = (button.action for reply in answered.replies for row in reply.buttons for button in row)
    return next((one for one in actions if one and procedure and procedure in one), None)
