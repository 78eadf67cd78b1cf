"""All addresses of the desk, in one place."""

from starlette.routing import BaseRoute

from bot.doors.web.desk.conversation import Conversation, Fetch, nowhere
from bot.doors.web.desk.counter import CounterPage
from bot.doors.web.desk.entrance import Entrance
from bot.doors.web.desk.figures import Figures
from bot.doors.web.desk.hours import HoursPage
from bot.doors.web.desk.lessons import LessonPages
from bot.doors.web.desk.lists import Lists
from bot.doors.web.desk.live import Live
from bot.doors.web.desk.notices import NoticesPage
from bot.doors.web.desk.pages import Desk
from bot.doors.web.desk.practice import Practice
from bot.doors.web.desk.sign_on import SignOn
from bot.doors.web.desk.today import Today
from bot.doors.web.desk.voices import VoicesPage
from bot.doors.web.desk.walk_in import WalkIn
from bot.doors.web.desk.ways_in import WaysIn
from bot.turn import Turns

PARTS = (Entrance, WaysIn, Lists, WalkIn, Today, Practice, Figures)


def desk_routes(
    turns: Turns, bot_token: str = "", live: Live | None = None, fetch: Fetch = nowhere, sign_on: SignOn | None = None
) -> list[BaseRoute]:
    """`bot_token`: by which Telegram's word for who opens the desk is known; `fetch`: where pictures are had from.

    `sign_on`: a province's own.
    """
    desk = Desk(turns, bot_token, sign_on)
    conversation = Conversation(desk, live or Live(turns), fetch)
    parts = (
        desk,
        Entrance(desk),
        WaysIn(desk),
        Lists(desk),
        conversation,
        WalkIn(desk),
        CounterPage(desk),
        NoticesPage(desk),
        HoursPage(desk),
        VoicesPage(desk),
        Today(desk),
        Practice(desk),
        LessonPages(desk),
        Figures(desk),
    )
    return [route for part in parts for route in part.routes()]
