"""Why a file cannot be read, by kind: what YAML and the schema say in English, as sentences of ours."""

import datetime as dt
import re

from bot.content.findings import Told, told

DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
ISO_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
FORMS = {  # by the schema's pattern: the words for it
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "form_slug",
    r"^[a-z0-9_]+$": "form_word",
    r"^([01]\d|2[0-3]):[0-5]\d$": "form_time",
    r"^https://\S+$": "form_link",
    r"^\d\.\d{6}$": "form_code",
    r"^[0-9 ]{3,15}$": "form_phone",
}
YAML_REASONS = {  # by words of YAML's own reason
    "cannot start any token": "yaml_begins",
    "expected key": "yaml_key",
    "expected ',' or ']'": "yaml_bracket",
    "expected ',' or '}'": "yaml_brace",
    "expected '-'": "yaml_dash",
    "sequence entries": "yaml_dash",
    "mapping values": "yaml_colon",
    "expected ':'": "yaml_no_colon",
    "unexpected end": "yaml_quote",
    "document indicator": "yaml_quote",
    "quoted scalar": "yaml_quote",
    "escape": "yaml_escape",
    "tab": "yaml_tab",
    "control characters": "yaml_characters",
    "not allowed": "yaml_characters",
    "node content": "yaml_nothing",
}


def yaml_reason(problem: str) -> Told:
    """What YAML says in English, by its kind, in words for whoever edits."""
    return told(next((key for words, key in YAML_REASONS.items() if words in problem), "yaml_other"))


def form_of(pattern: str) -> Told:
    """What a text has to look like, in words and with an example."""
    return told(FORMS.get(pattern, "form_other"))


def no_date(written: str) -> tuple[str, str]:
    """The sentence about what is no date; and how the day is written that can be meant, else nothing."""
    if found := DAY_FIRST.fullmatch(written.strip()):
        day, month, year = (int(part) for part in found.groups())
        try:
            return "no_date_but", dt.date(year, month, day).isoformat()
        except ValueError:
            return "no_such_day", ""
    return ("no_such_day" if ISO_DATE.fullmatch(written.strip()) else "no_date"), ""
