"""Whatever is said and whatever is in the files: what goes out is something Telegram takes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.content.schema import Aspect, Language
from bot.conversation.converse import converse
from bot.conversation.reply import Block, Reply, Style
from bot.conversation.visit import Kind, Memory, Visit
from bot.doors.telegram.outbound import look
from tests.conftest import Clock
from tests.contract import contract_problem

pytestmark = pytest.mark.only_on("sqlite", "what is said does not depend on where it is remembered")


NOW = Clock().now
NGOC_HA = 8
PARTS = (*Aspect, "overview", "asked", "law", "pitfalls")
ANY = settings(
    derandomize=True, database=None, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow]
)
WORDS = st.lists(
    st.sampled_from(
        ["em", "khai sinh", "lệ phí", "ở", "xã", "p.", "Tân Phú", "căn cước", "birth", "KTP", "?", "\n", "😀"]
    )
    | st.text(max_size=12),
    max_size=30,
).map(" ".join)


def say(house, memory=None, **visit):
    return converse(Visit(chat="telegram:11", **visit), memory or Memory(), house, NOW)


def refused(reply):
    """Why Telegram would refuse some part of a reply."""
    for part in reply.parts():
        fields = {"chat_id": 11, "text": part.text, **look(part, part.text)}
        if problem := contract_problem("sendMessage", fields):
            return f"{problem} in {part.text[:80]!r}"
    return None


def marked(reply):
    """The words under each entity, as Telegram would mark them."""
    text = reply.text.encode("utf-16-le")
    marks = look(reply, reply.text)["entities"]
    return [text[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le") for one in marks]


@ANY
@given(words=WORDS, kind=st.sampled_from([Kind.TEXT, Kind.EDIT]))
def test_any_words_get_an_answer(house, words, kind):
    gets_an_answer(house, words, kind)


@pytest.mark.parametrize("words", ["", "/" * 4096])  # not as examples: hypothesis would print the whole house for each
def test_nothing_and_too_much_get_an_answer(house, words):
    gets_an_answer(house, words, Kind.TEXT)


def gets_an_answer(house, words, kind):
    answer = say(house, kind=kind, text=words)
    assert answer.replies
    assert answer.understanding.outcome
    assert [refused(reply) for reply in answer.replies if refused(reply)] == []


@ANY
@given(command=st.sampled_from(["start", "help", "topics", "commune", "language", "x"]), argument=WORDS)
def test_any_command_gets_an_answer(house, command, argument):
    answer = say(house, kind=Kind.COMMAND, command=command, text=argument)
    assert answer.replies
    assert [refused(reply) for reply in answer.replies if refused(reply)] == []


@ANY
@given(
    verb=st.sampled_from(["answer", "commune", "language", "topics", "topic", "none", ""]),
    rest=st.lists(st.text(max_size=8) | st.sampled_from(["dang-ky-khai-sinh", "fee", "8", "0", "-1"]), max_size=4),
)
def test_any_button_gets_an_answer(house, verb, rest):
    answer = say(house, kind=Kind.BUTTON, text=":".join([verb, *rest]), pressed_in="5")
    assert len(answer.replies) >= 1
    assert [refused(reply) for reply in answer.replies if refused(reply)] == []


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("commune", [None, NGOC_HA])
def test_every_part_of_every_procedure_can_be_sent(house, language, commune):
    memory = Memory(language=language, commune=commune)
    for name in house.knowledge.catalogue:
        for part in PARTS:
            answer = say(house, memory, kind=Kind.BUTTON, text=f"answer:{name}:{part}", pressed_in="5")
            assert answer.replies
            assert [refused(reply) for reply in answer.replies if refused(reply)] == []
            assert "{" not in answer.replies[0].text


@pytest.mark.parametrize("language", list(Language))
def test_titles_and_notes_are_marked_and_nothing_else(house, language):
    for name, procedure in house.knowledge.procedures.items():
        reply = say(house, Memory(language=language), kind=Kind.BUTTON, text=f"answer:{name}:overview").replies[0]
        texts = [block.text for block in reply.blocks if block.style in ("title", "note")]
        assert marked(reply) == texts
        assert procedure.name.of(language) in texts


def test_marks_stand_where_telegram_counts_them(house):
    """Telegram counts in UTF-16: the face before the title is two."""
    reply = Reply(blocks=(Block(text="😀"), Block(text="Lệ phí", style=Style.TITLE), Block(text="5", style=Style.ITEM)))
    assert look(reply, reply.text)["entities"] == [{"type": "bold", "offset": 4, "length": 6}]
