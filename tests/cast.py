"""The cast: people who write to the bot, and the updates their apps send."""

import itertools
from dataclasses import dataclass

_numbers = itertools.count(1000)


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    language_code: str = "vi"

    def says(self, text, **extra):
        entities = (
            [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}] if text.startswith("/") else []
        )
        return {"message": self.message(text=text, **({"entities": entities} if entities else {}), **extra)}

    def sends(self, **content):
        return {"message": self.message(**content)}

    def edits(self, text):
        return {"edited_message": self.message(text=text, edit_date=1_780_000_100)}

    def presses(self, action, message_id=5, chat=None, text="…"):
        message = {"message_id": message_id, "date": 1, "chat": chat or self.chat(), "text": text}
        query = {"id": str(next(_numbers)), "from": self.user(), "chat_instance": "1", "data": action}
        return {"callback_query": query | {"message": message}}

    def message(self, **content):
        return {
            "message_id": next(_numbers),
            "date": 1_780_000_000,
            "from": self.user(),
            "chat": self.chat(),
            **content,
        }

    def user(self):
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language_code}

    def chat(self):
        return {"id": self.id, "type": "private", "first_name": self.name}


@dataclass(frozen=True)
class Group:
    """A supergroup, with topics or without."""

    id: int
    forum: bool = True

    def chat(self):
        return {"id": self.id, "type": "supergroup", "title": "Phường", **({"is_forum": True} if self.forum else {})}

    def hears(self, person, text=None, thread=None, reply_to=None, **content):
        """What a person writes in it, in a topic perhaps, or in answer to a message of the bot's."""
        if text is not None:
            content["text"] = text
            if text.startswith("/") and not text.startswith("//"):
                content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        if thread:
            content |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to:
            bot = {"id": 4711, "is_bot": True, "first_name": "Một Cửa"}
            content["reply_to_message"] = {
                "message_id": reply_to, "date": 1, "chat": self.chat(), "from": bot, "text": "…",
            }  # fmt: skip
        return {"message": person.message(**content) | {"chat": self.chat()}}

    def presses(self, person, action):
        return person.presses(action, chat=self.chat())

    def loses(self, person):
        return {"message": HOA.message(left_chat_member=person.user()) | {"chat": self.chat()}}


LAN = Person(11, "Lan")
HUNG = Person(12, "Hùng")
EMMA = Person(13, "Emma", "en-GB")
BUDI = Person(14, "Budi", "id")
STRANGER = Person(666, "Ẩn danh")

# Ngọc Hà (00008): Hoa and Minh are officers, Thu leads. Ba Đình (00004): Tâm is an officer. The city: Quang.
HOA = Person(21, "Hoa")
MINH = Person(22, "Minh")
THU = Person(23, "Thu")
TAM = Person(24, "Tâm")
QUANG = Person(25, "Quang")
VY = Person(26, "Vy")  # of the digital team of Ngọc Hà
NGOC_HA = Group(-1008)
BA_DINH = Group(-1004)
