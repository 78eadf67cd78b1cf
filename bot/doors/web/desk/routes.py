"""All addresses of the desk, in one place."""

from starlette.routing import BaseRoute

from bot.doors.web.desk.conversation import Conversation
from bot.doors.web.desk.entrance import Entrance
from bot.doors.web.desk.figures import Figures
from bot.doors.web.desk.lists import Lists
from bot.doors.web.desk.pages import Desk
from bot.doors.web.desk.walk_in import WalkIn
from bot.turn import Turns


def desk_routes(turns: Turns, bot_token: str = "") -> list[BaseRoute]:
    """`bot_token`: by which Telegram's word for who opens the desk is known."""
    desk = Desk(turns, bot_token)
    return [
        route
        for part in (desk, Entrance(desk), Lists(desk), Conversation(desk), WalkIn(desk), Figures(desk))
        for route in part.routes()
    ]
