"""The same conversation at a keyboard: inbox, turn and outbox as for any other door."""

from collections.abc import Iterator
from io import TextIOWrapper
from typing import IO, TextIO
from uuid import uuid4

from bot.conversation.reply import Button, Reply
from bot.conversation.visit import Kind, Visit
from bot.store import inbox, outbox
from bot.store.inbox import Receipt
from bot.turn import Turns, reply_of

DOOR = "terminal"
MAX_LINE = 20_000
MAX_DIGITS = 3  # of a button's number


def talk(turns: Turns, lines: TextIO, out: TextIO) -> None:
    """Answer line by line until the end of the input. Bytes that are no text, or cannot be shown, become marks."""
    for stream in (lines, out):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    Terminal(turns, out, interactive=lines.isatty()).run(lines)


class Terminal:
    """One person at a keyboard. Buttons are numbered; a number chooses the one last shown under it."""

    def __init__(self, turns: Turns, out: TextIO, *, interactive: bool) -> None:
        self.turns = turns
        self.out = out
        self.interactive = interactive
        # Piped input is a conversation of its own; at a keyboard the chat is the person's, from day to day.
        self.chat = f"{DOOR}:{'me' if interactive else uuid4().hex}"
        self.shown: list[Button] = []

    def run(self, lines: IO[str]) -> None:
        self._say(self._catalog_line("terminal.connect"))
        if self.interactive:
            self._say(self._catalog_line("terminal.leave"))
        for line in self._lines(lines):
            if line.strip():
                self._answer(line.strip()[:MAX_LINE])

    def _lines(self, lines: IO[str]) -> Iterator[str]:
        while True:
            if self.interactive:
                self.out.write("> ")
                self.out.flush()
            try:
                line = lines.readline()
            except KeyboardInterrupt:
                return
            if not line:
                return
            line = line.replace("\0", "\ufffd")  # PostgreSQL takes no zero byte
            if not self.interactive:
                self.out.write(f"> {line.strip()}\n")
            yield line

    def _answer(self, line: str) -> None:
        visit = self._visit(line)
        if isinstance(visit, Button):
            self._say(visit.link or "")
            return
        with self.turns.database.change() as connection:
            receipt = Receipt(source=DOOR, number=inbox.next_number(connection, DOOR))
            inbox.keep(connection, receipt, chat=self.chat, raw=line, now=self.turns.clock())
        self.turns.take(visit, receipt)
        self._deliver()

    def _visit(self, line: str) -> Visit | Button:
        if button := self._pressed(line):
            return Visit(chat=self.chat, kind=Kind.BUTTON, text=button.action) if button.action else button
        if line.startswith("/"):
            command, _, rest = line[1:].partition(" ")
            return Visit(chat=self.chat, kind=Kind.COMMAND, command=command.lower(), text=rest)
        return Visit(chat=self.chat, kind=Kind.TEXT, text=line)

    def _pressed(self, line: str) -> Button | None:
        """The button that a number chooses."""
        number = int(line) if line.isascii() and line.isdigit() and len(line) <= MAX_DIGITS else 0
        return self.shown[number - 1] if 1 <= number <= len(self.shown) else None

    def _deliver(self) -> None:
        first = True
        while messages := self._due():
            for message in messages:
                self._show(reply_of(message.payload), afresh=first)
                first = False
                with self.turns.database.change() as connection:
                    outbox.sent(connection, [message], now=self.turns.clock())

    def _due(self) -> list[outbox.OutgoingMessage]:
        with self.turns.database.look() as connection:
            return [
                message
                for message in outbox.due(connection, DOOR, now=self.turns.clock(), limit=50)
                if message.chat == self.chat
            ]

    def _show(self, reply: Reply, *, afresh: bool) -> None:
        if afresh or any(reply.buttons):
            self.shown = [button for row in reply.buttons for button in row]
        self._say(reply.document[1] if reply.document else reply.text)
        for number, button in enumerate(self.shown if any(reply.buttons) else [], 1):
            self.out.write(f"  [{number}] {button.label}\n")
        self.out.write("\n")
        self.out.flush()

    def _say(self, text: str) -> None:
        self.out.write(f"{text}\n")
        self.out.flush()

    def _catalog_line(self, key: str) -> str:
        return next(iter(self.turns.house.catalogs.values())).say(key)
