"""The references of an entry whose fields have mistakes: told beside those, not only after they are mended."""

from collections.abc import Iterator
from typing import Any

from bot.content.read import Document, nearest
from bot.content.shape import Loc

type Data = dict[str, Any]


def check_as_written(document: Document, ids: list[str]) -> None:
    """What can be said of sources, cases and procedures named in data that has not been converted."""
    data = _dict(document.data)
    sources = _dict(data.get("sources"))
    cases = {case["id"]: _options(case) for _, case in _items(data, "cases") if isinstance(case.get("id"), str)}
    for loc, fact in _parts(data):
        for source in _texts(fact.get("source")) if sources else ():
            if source not in sources:
                near = nearest(source, list(sources))
                document.report((*loc, "source"), "no_source", source=source, near=near)
        for case, options in _dict(fact.get("only_if")).items():
            check_condition(document, loc, case, tuple(_texts(options)), cases)
    _check_goals(data, document, ids)


def check_condition(
    document: Document, loc: Loc, case: str, options: tuple[str, ...], cases: dict[str, set[str]]
) -> None:
    if case not in cases:
        document.report((*loc, "only_if"), "no_case", case=case, near=nearest(case, list(cases)))
        return
    for option in options:
        if option not in cases[case]:
            near = nearest(option, list(cases[case]))
            document.report((*loc, "only_if"), "no_option", case=case, option=option, near=near)


def _check_goals(data: Data, document: Document, ids: list[str]) -> None:
    goals = [((*loc, "procedure"), step.get("procedure")) for loc, step in _items(data, "next")]
    for loc, case in _items(data, "cases"):
        goals += [((*loc, "leads_to", option), goal) for option, goal in _dict(case.get("leads_to")).items()]
    for loc, goal in goals:
        if isinstance(goal, str) and goal not in ids:
            document.report(loc, "no_procedure", name=goal, near=nearest(goal, ids))


def _parts(data: Data) -> Iterator[tuple[Loc, Data]]:
    """Whatever may name sources and cases."""
    for key, value in data.items():
        if isinstance(value, dict):
            yield (key,), value
        yield from _items(data, key)


def _items(data: Data, key: str) -> Iterator[tuple[Loc, Data]]:
    value = data.get(key)
    for n, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield (key, n), item


def _options(case: Data) -> set[str]:
    return {option["id"] for _, option in _items(case, "options") if isinstance(option.get("id"), str)}


def _dict(value: Any) -> Data:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
