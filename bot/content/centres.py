"""Where communes lie: the middle of each, by which a place on the map finds those that are near."""

from collections.abc import Collection
from pathlib import Path

from bot.content.read import Document

FILE = "knowledge/centres.tsv"
LATITUDES, LONGITUDES = (6.0, 24.0), (102.0, 118.0)  # of Vietnam with its islands, in degrees

type Centre = tuple[float, float]  # latitude, longitude


def load_centres(root: Path, communes: Collection[int], documents: list[Document]) -> dict[int, Centre]:
    """By ward code; a line that cannot be one is a problem, and so is a file that cannot be read."""
    documents.append(document := Document(FILE))
    try:
        lines = (root / FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        document.report_line(1, "unreadable", why=type(error).__name__)
        return {}
    found: dict[int, Centre] = {}
    for number, line in enumerate(lines, 1):
        if line.startswith("#"):
            continue
        one = _centre(line)
        if one is None or one[0] not in communes or one[0] in found:
            document.report_line(number, "no_centre")
        else:
            found[one[0]] = one[1]
    return found


def _centre(line: str) -> tuple[int, Centre] | None:
    try:
        code, latitude, longitude = line.split("\t")
        place = float(latitude), float(longitude)
        known = int(code)
    except ValueError:
        return None
    fits = LATITUDES[0] <= place[0] <= LATITUDES[1] and LONGITUDES[0] <= place[1] <= LONGITUDES[1]
    return (known, place) if fits else None
