"""Ready answers with blanks, filled from what is known of a commune and a procedure. Pure."""

import re
from string import Formatter

from bot.content.schema import Hours, Procedure
from bot.conversation.citizen.circumstances import counter_of
from bot.conversation.citizen.facts import fee_line, time_line
from bot.conversation.citizen.offices import known_hours, office_name, told_hours
from bot.conversation.scene import Scene

TYPED = re.compile(r"\{(ten|le_phi|dia_chi|gio|han)\}")
BLANK = "……"  # where nothing is known: to be written by hand


def filled(scene: Scene, entry: Procedure | None, name: str, text: str) -> tuple[str, tuple[str, ...]]:
    """The words with `{ten} {le_phi} {dia_chi} {gio} {han}` filled in; and the blanks for which nothing is known.

    The scene: the citizen's language, the request's commune. `name`: the citizen's.
    """
    known = _known(scene, entry, name)
    wanted = {field for _, field, _, _ in Formatter().parse(text) if field}
    missing = tuple(sorted(field for field in wanted if not known.get(field)))
    return text.format_map({field: known.get(field) or BLANK for field in wanted}), missing


def with_blanks_filled(scene: Scene, entry: Procedure | None, name: str, text: str) -> str:
    """The same of words that somebody typed: any other brace stays as it is."""
    known = _known(scene, entry, name)
    return TYPED.sub(lambda found: known.get(found[1]) or BLANK, text)


def _known(scene: Scene, entry: Procedure | None, name: str) -> dict[str, str]:
    found = {"ten": name or scene.say("card.you")}
    if entry is None:
        return found
    office = _office(scene, entry)
    fees = [fee_line(scene, entry, one) for one in scene.holding(entry.fees) if one.amount is not None]
    times = [time_line(scene, entry, one) for one in scene.holding(entry.times) if one.unit is not None]
    return {
        **found,
        "le_phi": "; ".join(fees),
        "han": "; ".join(times),
        "dia_chi": office,
        "gio": told_hours(scene, _hours(scene, entry)),
    }


def _office(scene: Scene, entry: Procedure) -> str:
    """Name and address of the commune's own office; empty where its address is not known."""
    counter, code = counter_of(entry), scene.commune.code if scene.commune else 0
    known = (one for one in scene.house.knowledge.offices.get(code, ()) if one.kind is counter and one.address)
    found = next(known, None)
    return f"{found.name or office_name(scene, counter)}, {found.address}" if found else ""


def _hours(scene: Scene, entry: Procedure) -> tuple[Hours, ...]:
    return known_hours(scene, counter_of(entry))
