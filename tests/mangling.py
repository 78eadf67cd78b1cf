"""Updates of every shape with anything anywhere in them, the same for the same seed."""

import copy
import random

from tests.cast import LAN, Person

PHOTO = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
BASES = [
    LAN.says("em mới sinh con, cần giấy gì"),
    LAN.says("/commune Ngọc Hà"),
    LAN.says("/request giấy chứng sinh sai"),
    LAN.presses("answer:dang-ky-khai-sinh:fee"),
    LAN.presses("r:send:MC-ABCD-23"),
    LAN.presses("d:claim:MC-ABCD-23"),
    LAN.edits("lệ phí"),
    LAN.sends(photo=PHOTO, caption="giấy này"),
    LAN.sends(location={"latitude": 21.0, "longitude": 105.0}),
    {"my_chat_member": {"chat": LAN.chat(), "from": LAN.user(), "date": 1}},
    {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -200, "type": "channel", "title": "x"}, "text": "x"}},
]
DEEP = {}
for _ in range(200):
    DEEP = {"x": DEEP}
JUNK = [None, True, 0, -1, 7, 2**31, 2**63, 10**30, 1.5, float("inf"), "", "x", "\ud800", "\0", "\u202e", "ạ̣̣" * 300,
        "x" * 100_000, [], ["x"], {}, {"id": "x"}, DEEP, "/claim", "d:claim:" + "A" * 300, "r:yes:", "-100"]  # fmt: skip


def places(part, path=()):
    """The way to every field."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield (*path, key)
            yield from places(value, (*path, key))


def mangled(chance: random.Random, people=1):
    """An update that somebody sent, with one to three of its fields gone or something else."""
    update = copy.deepcopy(chance.choice(BASES))
    sender = Person(LAN.id + chance.randrange(people), "Lan")
    for content in update.values():
        if "from" in content:
            content["from"] = sender.user()
        for holder in (content, content.get("message", {})):
            if holder.get("chat", {}).get("type") == "private":
                holder["chat"] = sender.chat()
    for _ in range(chance.randint(1, 3)):
        *way, last = chance.choice(list(places(update)))
        holder = update
        for key in way:
            holder = holder[key]
        if chance.random() < 0.6:
            holder[last] = copy.deepcopy(chance.choice(JUNK))
        elif len(holder) > 1:
            del holder[last]
    return update
