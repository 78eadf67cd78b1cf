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

    def presses(self, action, message_id=5):
        message = {"message_id": message_id, "date": 1, "chat": self.chat(), "text": "…"}
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


LAN = Person(11, "Lan")
HUNG = Person(12, "Hùng")
EMMA = Person(13, "Emma", "en-GB")
BUDI = Person(14, "Budi", "id")
STRANGER = Person(666, "Ẩn danh")
