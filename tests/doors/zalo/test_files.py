"""Files on Zalo, which shows none: a link into the web pages for a day; where these are shut, what can be read."""

import re

from bot.conversation.reply import Block, Reply, Style
from bot.store import personal
from tests.doors.zalo.stage import BA_TU, played
from tests.every_door import ADDRESS, with_every_door

LIST = Reply(blocks=(Block(text="Giấy tờ của bạn", style=Style.TITLE), Block(text="Tờ khai")), as_file="pdf")
ENTRY = Reply(blocks=(Block(text="Thêm vào lịch:"),), document=("hen.ics", "BEGIN:VCALENDAR"))
DATA = Reply(blocks=(Block(text="Tệp đầy đủ"),), document=("mot-cua.json", '{"chat": []}'))


def waits(play, *replies):
    with play.turns.database.change() as connection:
        for reply in replies:
            play.turns.put(connection, f"zalo:{BA_TU.id}", reply)


def link_in(text):
    return re.search(rf"{re.escape(ADDRESS)}(/f/\S+)", text)[1]


@with_every_door
async def test_a_list_of_papers_is_a_link_that_opens_for_a_day(play, clock):
    waits(play, LIST)
    await play.deliver()
    (said,) = play.told(BA_TU)
    assert "Tờ khai" not in said
    path = link_in(said)
    opened = await play.client.get(path)
    assert (opened.status_code, opened.content[:4]) == (200, b"%PDF")
    assert opened.headers["cache-control"] == "no-store"
    assert opened.headers["x-robots-tag"] == "noindex"
    number, _, signed = path.rpartition("/")[2].partition("-")
    assert len(bytes.fromhex(signed)) == 16
    for wrong in (f"/f/{int(number) + 1}-{signed}", f"/f/{number}-{signed[:-1]}", f"/f/{number}", "/f/x-y", "/f/٣-x"):
        assert (await play.client.get(wrong)).status_code == 404, wrong
    clock.pass_(24 * 3600 + 1)
    over = await play.client.get(path)
    assert over.status_code == 404
    assert play.say("web.link_over") in over.text


@with_every_door
async def test_a_file_goes_with_all_else_when_its_person_is_forgotten(play, clock):
    waits(play, DATA, ENTRY)
    await play.deliver()
    paths = [link_in(said) for said in play.told(BA_TU)]
    files = [await play.client.get(path) for path in paths]
    assert [one.text for one in files] == ['{"chat": []}', "BEGIN:VCALENDAR"]
    assert "filename=hen.ics" in files[1].headers["content-disposition"]
    with play.turns.database.change() as connection:
        personal.forget(connection, f"zalo:{BA_TU.id}", "mark", now=clock())
    assert [(await play.client.get(path)).status_code for path in paths] == [404, 404]


@played
async def test_where_no_page_can_be_opened_it_is_told_as_text(play, database):
    waits(play, LIST, DATA, ENTRY)
    await play.deliver()
    assert play.told(BA_TU) == ["Giấy tờ của bạn\n\nTờ khai", 'Tệp đầy đủ\n\n{"chat": []}']
