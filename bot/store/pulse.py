"""What changes when anything does in requests that somebody looks at: a mark for each, to be compared, never read."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import Connection, func, select

from bot.store.cases import LIVE
from bot.store.tables import messages, requests, writing

A_MINUTE = dt.timedelta(minutes=1)


def of_communes(connection: Connection, communes: Collection[int], *, now: dt.datetime) -> dict[int, str]:
    """Of each commune's live requests, those offered to it, and who writes in them."""
    live = requests.c.status.in_(LIVE)
    marks: dict[int, str] = dict.fromkeys(communes, "")
    for column in (requests.c.commune, requests.c.transfer_to):
        query = select(column, func.count(), func.sum(requests.c.version)).where(column.in_(communes), live)
        for commune, count, versions in connection.execute(query.group_by(column)):
            marks[commune] += f"{count}.{versions} "
    writes = (
        select(requests.c.commune, func.count())
        .join(writing, writing.c.code == requests.c.code)
        .where(requests.c.commune.in_(communes), writing.c.at > now - A_MINUTE)
        .group_by(requests.c.commune)
    )
    for commune, count in connection.execute(writes):
        marks[commune] += f"w{count}"
    return marks


def of_provinces(connection: Connection, provinces: Collection[int]) -> dict[int, str]:
    """Of what was passed up to each province."""
    where = (requests.c.province.in_(provinces), requests.c.status == "escalated")
    query = select(requests.c.province, func.count(), func.sum(requests.c.version)).where(*where)
    found = {row[0]: f"{row[1]}.{row[2]}" for row in connection.execute(query.group_by(requests.c.province))}
    return {province: found.get(province, "") for province in provinces}


def of_requests(connection: Connection, codes: Collection[str], *, now: dt.datetime, but: str = "") -> dict[str, str]:
    """Of each request: itself, its messages, corrected ones too, what became of them, and who else writes there."""
    found = {
        row.code: str(row.version)
        for row in connection.execute(select(requests.c.code, requests.c.version).where(requests.c.code.in_(codes)))
    }
    counted = (
        func.max(messages.c.id), func.count(), func.count(messages.c.copy_message), func.count(messages.c.seen_at),
        func.count(messages.c.failed_at), func.sum(func.length(messages.c.text)),
    )  # fmt: skip
    query = select(messages.c.code, *counted).where(messages.c.code.in_(codes)).group_by(messages.c.code)
    said = {row[0]: "." + ".".join(map(str, row[1:])) for row in connection.execute(query)}
    where = (writing.c.code.in_(codes), writing.c.at > now - A_MINUTE, writing.c.person != but)
    at = {row.code: "w" + row.person for row in connection.execute(select(writing).where(*where))}
    return {code: found.get(code, "") + said.get(code, "") + at.get(code, "") for code in codes}
