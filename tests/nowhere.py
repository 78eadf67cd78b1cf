"""A Bot API within this process: it answers at once, and tells who was sent something."""

import json

from telegram.request import BaseRequest

ME = {"id": 4711, "is_bot": True, "first_name": "Một Cửa", "username": "MotCuaBot"}


class Nowhere(BaseRequest):
    """What python-telegram-bot asks, answered without a network; `heard(chat)` is called for each message."""

    read_timeout = 5

    def __init__(self, heard=lambda _chat: None):
        self.heard = heard
        self.number = 0

    async def initialize(self):
        pass

    async def shutdown(self):
        pass

    async def do_request(self, url, method, request_data=None, **_timeouts):
        self.number += 1
        result = True
        match url.rpartition("/")[2]:
            case "getMe":
                result = ME
            case "createForumTopic":
                result = {"message_thread_id": self.number, "name": "x", "icon_color": 7322096}
            case name if name.startswith(("send", "edit", "copy")) and request_data:
                chat = int(request_data.parameters["chat_id"])
                self.heard(chat)
                kind = "private" if chat > 0 else "supergroup"
                result = {"message_id": self.number, "date": 0, "chat": {"id": chat, "type": kind}}
        return 200, json.dumps({"ok": True, "result": result}).encode()


def answered_here(service, heard=lambda _chat: None):
    """Let a service speak to nobody outside this process."""
    request = Nowhere(heard)
    service.doorways[0].door.bot._request = (request, request)
    return service
