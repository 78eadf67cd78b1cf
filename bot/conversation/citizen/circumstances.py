"""An entry as it stands for one person: what their circumstances rule out is gone, what they settle is certain."""

from collections.abc import Mapping

from bot.content.schema import Counter, Fact, Procedure

SORTED_BY_CASE = (
    "papers", "not_required", "fees", "times", "where", "who", "steps", "pitfalls", "answers", "counters", "forms",
)  # fmt: skip


def tailored(procedure: Procedure, known: Mapping[str, str]) -> Procedure:
    """The entry for somebody of whom `known` says the option of each case that is known."""
    if not known:
        return procedure
    update = {name: _fitting(getattr(procedure, name), known) for name in SORTED_BY_CASE}
    return procedure.model_copy(update=update)


def _fitting[F: Fact](facts: tuple[F, ...], known: Mapping[str, str]) -> tuple[F, ...]:
    found = []
    for fact in facts:
        if all(known[case] in options for case, options in fact.only_if.items() if case in known):
            left = {case: options for case, options in fact.only_if.items() if case not in known}
            found.append(fact.model_copy(update={"only_if": left}) if len(left) < len(fact.only_if) else fact)
    return tuple(found)


def counter_of(procedure: Procedure) -> Counter:
    """The counter of the case that is settled, else the entry's own."""
    return next((one.counter for one in procedure.counters if not one.only_if), procedure.counter)
