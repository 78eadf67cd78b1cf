"""A scorecard as it is printed: to read, as a table, or whole, with the definition and the query of each number."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.measure.indicators import Form, Indicator, indicators
from bot.measure.tally import Period, Tally

WIDTH = 44


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The indicators of one place in one time. No `communes`: of the whole country."""

    place: str
    communes: Sequence[int]
    period: Period
    built_at: dt.datetime
    tally: Tally
    dialect: str
    say: Callable[[str], str]

    @property
    def told(self) -> list[Indicator]:
        return indicators(self.tally, self.period, self.communes, self.dialect)

    def json(self) -> str:
        head = {
            "month": self.period.name,
            "commune": f"{self.communes[0]:05}" if self.communes else None,
            "from": self.period.start.isoformat(),
            "until": self.period.end.isoformat(),
            "built_at": self.built_at.isoformat(),
        }
        return json.dumps(head | {"indicators": [self._whole(one) for one in self.told]}, ensure_ascii=False, indent=1)

    def _whole(self, one: Indicator) -> dict[str, object]:
        return {
            "key": one.key,
            "name": self.say(f"measure.{one.key}"),
            "value": one.value,
            "of": one.of,
            "share": one.share,
            "parts": dict(one.parts) if one.form is Form.LIST else None,
            "definition": self.say(f"measure.{one.key}_how"),
            "query": one.query,
        }

    def csv(self) -> str:
        out = io.StringIO()
        table = csv.writer(out)
        table.writerow(("month", "commune", "indicator", "part", "value", "of"))
        area = f"{self.communes[0]:05}" if self.communes else ""
        for one in self.told:
            table.writerow((self.period.name, area, one.key, "", _number(one.value), _number(one.of)))
            table.writerows((self.period.name, area, one.key, name, count, "") for name, count in one.parts)
        return out.getvalue().rstrip("\r\n")

    def text(self) -> str:
        head = " ".join(part for part in (self.place, self.period.name) if part)
        return "\n".join([head, *(line for one in self.told for line in self._lines(one))])

    def _lines(self, one: Indicator) -> list[str]:
        parts = [f"  {name:<{WIDTH - 2}} {count:>8}" for name, count in one.parts]
        return [f"{self.say(f'measure.{one.key}'):<{WIDTH}} {_shown(one):>8}", *parts]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _shown(one: Indicator) -> str:
    if one.value is None:
        return "-"
    if one.form is Form.SHARE:
        return f"{one.value:g}/{one.of}" + (f" = {100 * one.share:.0f} %" if one.share is not None else "")
    return f"{one.value:.1f} ({one.of})" if one.form in (Form.MEAN, Form.HOURS) else f"{one.value:g}"
