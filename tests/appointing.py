"""A commune that takes appointments, as the stories need one: Ngọc Hà, two places a time, half an hour each."""

from dataclasses import replace

from bot.content.schema import Appointments

HOURS = {"days": ["mon", "tue", "wed", "thu", "fri"], "spans": [["08:00", "11:00"], ["13:30", "16:30"]]}
COUNTER = {
    "id": "ho-tich",
    "name": {"vi": "Quầy hộ tịch", "en": "Civil status", "id": "Catatan sipil"},
    "office": "service_centre",
    "slot_minutes": "30",
    "parallel": "3",
    "public": "2",
    "lead_hours": "2",
    "horizon_days": "14",
    "opening": [HOURS],
}


def counter(**more):
    return Appointments.model_validate({"ward_code": "8", "commune": "Ngọc Hà", "counters": [COUNTER | more]})


def taking(house, **more):
    """The house in which Ngọc Hà takes appointments."""
    return replace(house, knowledge=replace(house.knowledge, appointments={8: counter(**more)}))
