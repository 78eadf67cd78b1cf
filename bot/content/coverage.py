"""What is known of how many communes, province by province. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.content.communes import Gazetteer
from bot.content.schema import Counter, Office

SERVICE_CENTRE, POLICE, COMMITTEE, PHONE, HOURS = "service_centre", "police", "committee", "phone", "hours"
KNOWN = (COMMITTEE, SERVICE_CENTRE, POLICE, PHONE, HOURS)
OF_KIND = {
    COMMITTEE: Counter.PEOPLE_COMMITTEE,
    SERVICE_CENTRE: Counter.SERVICE_CENTRE,
    POLICE: Counter.COMMUNE_POLICE,
}


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Of one province: how many communes it has, and of how many each thing is known."""

    code: int
    name: str
    communes: int
    anything: int
    known: Mapping[str, int]

    @property
    def share(self) -> float:
        return self.anything / self.communes if self.communes else 0.0


def coverage(gazetteer: Gazetteer, offices: Mapping[int, Sequence[Office]]) -> list[Coverage]:
    """All provinces, from the north to the south."""
    of: dict[int, list[Sequence[Office]]] = {code: [] for code in gazetteer.provinces}
    for commune in gazetteer.communes.values():
        of[commune.province_code].append(offices.get(commune.code, ()))
    return [
        Coverage(
            code=code,
            name=gazetteer.provinces[code],
            communes=len(communes),
            anything=sum(map(bool, communes)),
            known={what: sum(_knows(what, one) for one in communes) for what in KNOWN},
        )
        for code, communes in sorted(of.items())
    ]


def _knows(what: str, offices: Sequence[Office]) -> bool:
    if what == PHONE:
        return any(office.phone for office in offices)
    if what == HOURS:
        return any(office.hours for office in offices)
    return any(office.kind is OF_KIND[what] and office.address for office in offices)
