"""A procedure as schema.org's GovernmentService, for search engines."""

from typing import Any

from bot.content.communes import Commune
from bot.content.schema import Hours, Procedure
from bot.conversation.citizen.circumstances import counter_of
from bot.conversation.citizen.facts import fee_line, time_line
from bot.conversation.citizen.offices import office_name
from bot.conversation.scene import Scene

type Json = dict[str, Any]

DAYS = {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday",
        "sun": "Sunday"}  # fmt: skip


def service(scene: Scene, entry: Procedure, address: str) -> Json:
    """Facts of the page, no more: what a search engine shows must stand on it."""
    told = {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "name": scene.tell(entry.name),
        "description": scene.tell(entry.what_it_is),
        "url": address,
        "inLanguage": scene.language.value,
        "areaServed": _area(scene, scene.commune),
        "serviceOperator": {"@type": "GovernmentOrganization", "name": office_name(scene, counter_of(entry))},
        "availableChannel": _channels(scene, entry),
        "processingTime": "; ".join(time_line(scene, entry, one) for one in scene.holding(entry.times)),
        "fees": "; ".join(fee_line(scene, entry, one) for one in scene.holding(entry.fees)),
    }
    return {key: value for key, value in told.items() if value}


def _opening(hours: tuple[Hours, ...]) -> list[Json]:
    return [
        {"@type": "OpeningHoursSpecification", "dayOfWeek": [f"https://schema.org/{DAYS[day]}" for day in one.days],
         "opens": opens, "closes": closes}
        for one in hours
        for opens, closes in one.spans
    ]  # fmt: skip


def _area(scene: Scene, commune: Commune | None) -> Json:
    if commune is None:
        return {"@type": "Country", "name": scene.say("web.country")}
    return {"@type": "AdministrativeArea", "name": f"{commune.name}, {commune.province}"}


def _channels(scene: Scene, entry: Procedure) -> list[Json]:
    online = entry.online.link if entry.online.level != "no" else None
    channels: list[Json] = [{"@type": "ServiceChannel", "serviceUrl": online}] if online else []
    known = scene.house.knowledge.offices.get(scene.memory.commune or 0, ())
    for office in known:
        if office.kind is counter_of(entry):
            name = office.name or office_name(scene, office.kind)
            place = {"@type": "Place", "name": name, "address": office.address, "telephone": office.phone,
                     "openingHoursSpecification": _opening(office.hours)}  # fmt: skip
            channels.append({"@type": "ServiceChannel", "serviceLocation": {k: v for k, v in place.items() if v}})
    return channels
