"""A request as whoever opened it with code and secret reads it."""

from bot.casework import citizens, keys
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.citizen.opened import Line, Opened
from bot.conversation.scene import Scene
from bot.conversation.visit import Kind
from bot.desk.request import LIVE, UNSENT, Request
from bot.store import cases

NOBODY = "forgotten"
SIDES = ("citizen", "staff")


def open_with(unit: UnitOfWork, code: str, secret: str, address: str) -> Opened | None:
    """The request that code and secret open."""
    found = keys.opens(unit, code, secret, address)
    return opened(unit, found) if found else None


def opened(unit: UnitOfWork, code: str) -> Opened | None:
    """What its citizen reads of it. None: it is nobody's any more, or was never sent."""
    request = unit.request(code)
    if request is None or request.citizen == NOBODY or request.status in UNSENT:
        return None
    scene = unit.citizen_scene(request)
    return Opened(
        code=code,
        chat=request.citizen,
        scene=scene,
        status=citizens.status_of(unit, request),
        said=tuple(_lines(unit, scene, request)),
        live=request.status in LIVE,
    )


def _lines(unit: UnitOfWork, scene: Scene, request: Request) -> list[Line]:
    rows = [row for row in cases.said(unit.connection, request.code) if row["side"] in SIDES]
    return [
        Line(
            mine=row["side"] == "citizen",
            name="" if row["side"] == "citizen" else row["name"],
            text=row["text"],
            when=scene.moment(row["at"]),
            photo=row["message"] if row["kind"] == Kind.PHOTO and row["file"].startswith("web:") else "",
            elsewhere=row["kind"] != Kind.TEXT and not row["file"].startswith("web:"),
        )
        for row in rows
        if row["state"] == "sent"
    ]
