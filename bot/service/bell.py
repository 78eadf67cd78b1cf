"""Bells: what wakes whoever waits for work."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Bell(Protocol):
    def set(self) -> None: ...


@dataclass(frozen=True)
class Bells:
    """Rung together: whoever decided a reply need not know through which door it goes."""

    all: Sequence[Bell]

    def set(self) -> None:
        for bell in self.all:
            bell.set()
