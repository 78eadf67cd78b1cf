"""What hundreds of stories begin with is played once a process: the others begin with a copy of what it left. SQLite."""

import atexit
import copy
import hashlib
import sqlite3
from dataclasses import dataclass, fields

TOLD = ("sent", "files", "topics", "gone", "closed", "left_out", "photos", "copies", "deleted", "calls", "violations",
        "_number", "next_id")  # fmt: skip
READ = ("knowledge", "catalogs", "engine")  # which are too much to compare but by what they are
COUNTED = (slice(24, 28), slice(40, 44), slice(92, 96))  # in the header of a file: how often it was written


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What was read of the maintainers' files, and what came of it."""

    read: tuple
    database: sqlite3.Connection
    server: dict
    updates: int


kept = {}


async def begun(play, what, playing):
    """Play it, or put everything as it was when the same was played from the same, to the letter."""
    if not _plain(play):
        await playing()
        return
    name = _named(play, what)
    if name not in kept:
        await playing()
        kept[name] = _beginning(play)
    elif all(one is other for one, other in zip(kept[name].read, _read(play), strict=True)):
        _again(play, kept[name])
    else:
        await playing()


def _beginning(play):
    database = sqlite3.connect(":memory:", check_same_thread=False)
    atexit.register(database.close)
    with play.turns.database.raw() as own:
        own.backup(database)
    server = copy.deepcopy({name: vars(play.server)[name] for name in TOLD})
    return Beginning(read=_read(play), database=database, server=server, updates=play._update)


def _again(play, one):
    with play.turns.database.raw() as own:
        one.database.backup(own)
    vars(play.server).update(copy.deepcopy(one.server))
    play._update = one.updates


def _plain(play):
    """One bot, on SQLite, with nothing that is to go wrong."""
    return play.begins_alike and not play.turns.database.shared and not any(play.server.faults.values())


def _named(play, what):
    house = play.turns.house
    settings = tuple(getattr(house, one.name) for one in fields(house) if one.name not in READ)
    with play.turns.database.raw() as own:
        stored = _digest(own)
    return what, stored, play.turns.clock(), play._update, len(play.server.calls), settings, play.turns.gate.limits


def _read(play):
    return tuple(getattr(play.turns.house, name) for name in READ)


def _digest(own):
    raw = bytearray(own.serialize())
    for part in COUNTED:
        raw[part] = bytes(4)
    return hashlib.blake2b(raw).digest()
