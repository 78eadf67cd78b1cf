"""The query of each indicator: what anybody with a copy of the database can run to find the same number. Pure.

They are written apart from the reckoning in Python on purpose; a test has both say the same. On SQLite and PostgreSQL.
"""

import datetime as dt
from collections.abc import Callable, Sequence

from bot.measure.tally import BY_BOT, NO_ANSWER, Period

type Query = Callable[[Period, Sequence[int]], str]

CYCLES = """WITH given AS (
  SELECT id, code, at, first_due, due, commune, LEAD(id) OVER (PARTITION BY code ORDER BY id) AS next
  FROM events WHERE action IN ('send', 'reopen') AND at < '{end}'),
line AS (
  SELECT g.id AS cycle, g.code, g.at AS given_at, g.first_due, g.due AS given_due, g.next,
    e.id, CASE WHEN u.undoes IS NULL THEN e.action ELSE 'unsaid' END AS action, e.at, e.after, e.due, e.commune
  FROM given g JOIN events e ON e.code = g.code AND e.id >= g.id AND (g.next IS NULL OR e.id < g.next)
  LEFT JOIN (SELECT DISTINCT undoes FROM events WHERE undoes IS NOT NULL) u ON u.undoes = e.id
  WHERE e.at < '{end}'),
cycle AS (
  SELECT cycle, code, given_at, first_due, given_due, next,
    MIN(CASE WHEN action IN ('answer', 'ask', 'return', 'reply_all') THEN id END) AS word_id,
    MIN(CASE WHEN action IN ('answer', 'ask', 'return', 'reply_all') THEN at END) AS word,
    MIN(CASE WHEN action IN ('answer', 'return', 'reply_all') THEN id END) AS answer_id,
    MIN(CASE WHEN action = 'ask' THEN id END) AS ask_id,
    MIN(CASE WHEN action = 'ask' THEN at END) AS ask,
    SUM(CASE WHEN action = 'ask' THEN 1 ELSE 0 END) AS rounds,
    MIN(CASE WHEN action IN ('close', 'finish', 'cancel', 'reply_all') THEN id END) AS end_id,
    MAX(id) AS last_id
  FROM line GROUP BY cycle, code, given_at, first_due, given_due, next),
seen AS (
  SELECT c.*, f.at AS ended, f.action AS how, f.commune AS end_commune,
    (SELECT MIN(b.id) FROM line b WHERE b.cycle = c.cycle AND b.id > c.ask_id AND b.after <> 'asked') AS back_id,
    (SELECT MIN(l.at) FROM line l WHERE l.cycle = c.cycle AND l.action = 'late'
      AND (c.word_id IS NULL OR l.id < c.word_id)) AS late_first,
    (SELECT MIN(l.at) FROM line l WHERE l.cycle = c.cycle AND l.action = 'late' AND l.id > COALESCE(c.word_id, 0))
      AS late_settled,
    (SELECT n.at FROM events n WHERE n.id = (SELECT MIN(x.id) FROM events x WHERE x.code = c.code
      AND x.id > c.cycle AND x.action = 'reopen')) AS again
  FROM cycle c LEFT JOIN events f ON f.id = c.end_id),
promise AS (
  SELECT 'first' AS what, s.code, s.cycle, COALESCE(s.first_due, s.late_first) AS due, s.word AS met,
    COALESCE(s.word, s.ended) AS over, 1 AS good
  FROM seen s
  UNION ALL
  SELECT 'settled', s.code, s.cycle,
    CASE WHEN s.given_due IS NULL THEN s.late_settled
      WHEN s.ask IS NULL OR s.ask >= s.given_due THEN s.given_due
      ELSE (SELECT b.due FROM line b WHERE b.id = s.back_id) END,
    CASE WHEN s.how IN ('close', 'reply_all') OR (s.how = 'finish' AND s.answer_id IS NOT NULL) THEN s.ended END,
    s.ended,
    CASE WHEN s.answer_id IS NOT NULL AND s.rounds <= 1
      AND NOT (s.again IS NOT NULL AND s.ended IS NOT NULL AND {again_soon}) THEN 1 ELSE 0 END
  FROM seen s),
counted AS (
  SELECT p.*, (SELECT e.commune FROM events e WHERE e.id = (SELECT MAX(x.id) FROM events x WHERE x.code = p.code
      AND x.id >= p.cycle AND x.at <= CASE WHEN p.over IS NOT NULL AND p.over < p.due THEN p.over ELSE p.due END))
    AS commune
  FROM (SELECT q.*, CASE WHEN q.met < q.due THEN q.met ELSE q.due END AS decided FROM promise q) AS p
  WHERE p.decided < '{end}' AND (p.decided >= '{start}' OR p.over IS NULL OR p.over >= '{start}')
    AND NOT (p.met IS NULL AND p.over IS NOT NULL AND p.over <= p.due))
"""
AGAIN_SOON = {
    "sqlite": "JULIANDAY(s.again) - JULIANDAY(s.ended) <= 14",
    "postgresql": "s.again <= s.ended + INTERVAL '14 days'",
}


def query(key: str, period: Period, communes: Sequence[int] = (), dialect: str = "sqlite") -> str:
    """The query of an indicator, to be run as it is; no `communes`: of the whole country."""
    return QUERIES[key](period, communes).replace("{again_soon}", AGAIN_SOON[dialect])


def _form(sql: str, period: Period, communes: Sequence[int]) -> str:
    where = f"commune IN ({', '.join(map(str, communes))})" if communes else "1 = 1"
    return sql.replace("{here}", where).replace("{start}", _moment(period.start)).replace("{end}", _moment(period.end))


def _moment(moment: dt.datetime) -> str:
    """As both databases read it: SQLite compares letters, and keeps moments in UTC without a zone."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S+00")


def _query(sql: str) -> Query:
    return lambda period, communes: _form(sql, period, communes)


def _events(what: str, extra: str = "") -> Query:
    return _query(
        f"SELECT COUNT(*) FROM events WHERE action IN ({what}) AND at >= '{{start}}' AND at < '{{end}}'"
        f" AND {{here}}{extra}"
    )


def _of_kind(what: str) -> Query:
    return _events(what, " AND code IN (SELECT code FROM requests WHERE kind = 'extra_demand')")


def _promises(what: str) -> Query:
    kept = "SUM(CASE WHEN good = 1 AND met <= due THEN 1 ELSE 0 END)"
    return _query(CYCLES + f"SELECT COALESCE({kept}, 0), COUNT(*) FROM counted WHERE what = '{what}' AND {{here}}")


_AT_WORD = "SELECT w.commune, c.* FROM cycle c JOIN events w ON w.id = c.word_id WHERE c.word >= '{start}'"
_STANDS = """standing AS (
  SELECT s.*, l.commune, l.after FROM seen s JOIN events l ON l.id = s.last_id
  WHERE s.cycle = (SELECT MAX(g.id) FROM given g WHERE g.code = s.code)
    AND l.after IN ('open', 'claimed', 'asked', 'answered', 'escalated'))
"""


def _standing(where: str) -> Query:
    return _query(f"{CYCLES.rstrip()},\n{_STANDS}SELECT COUNT(*) FROM standing WHERE {where} AND {{here}}")


_OVERDUE = """EXISTS (SELECT 1 FROM promise p WHERE p.cycle = standing.cycle AND p.over IS NULL
  AND p.due < '{end}')"""
_LONG = """after = 'asked' AND (SELECT MAX(a.at) FROM line a WHERE a.cycle = standing.cycle AND a.action = 'ask')
  < '{long_ago}'"""
_ROUNDS = "SELECT a.commune, a.id, a.cycle FROM line a WHERE a.action = 'ask' AND a.at >= '{start}'"
_LISTED = """SELECT name, SUM(n) FROM (
  SELECT r.procedure AS name, COUNT(*) AS n FROM events e JOIN requests r ON r.code = e.code
  WHERE e.action = 'send' AND e.at >= '{start}' AND e.at < '{end}' AND e.{here} GROUP BY r.procedure
  UNION ALL
  SELECT procedure, COUNT(*) FROM asked WHERE at >= '{start}' AND at < '{end}' AND {here} GROUP BY procedure
) AS both_ WHERE name IS NOT NULL GROUP BY name ORDER BY 2 DESC, 1 LIMIT 10"""


def _long(period: Period, communes: Sequence[int]) -> str:
    ago = Period(name="", start=period.end - dt.timedelta(days=30), end=period.end)
    return _standing(_LONG.replace("{long_ago}", _moment(ago.start)))(period, communes)


def _listed(period: Period, communes: Sequence[int]) -> str:
    sql = _LISTED if communes else _LISTED.replace("e.{here}", "{here}")
    return _form(sql, period, communes)


def _bot(outcomes: frozenset[str]) -> Query:
    named = ", ".join(f"'{one}'" for one in sorted(outcomes))
    counted = f"SUM(CASE WHEN outcome IN ({named}) THEN 1 ELSE 0 END)"
    return _query(
        f"SELECT COALESCE({counted}, 0), COUNT(*) FROM asked WHERE at >= '{{start}}' AND at < '{{end}}' AND {{here}}"
    )


_WAITS = _query(f"{CYCLES}SELECT given_at, word FROM ({_AT_WORD}) AS words WHERE {{here}} ORDER BY word")
_MOVED = """SELECT COUNT(*) FROM (SELECT (SELECT b.commune FROM events b WHERE b.id = (SELECT MAX(x.id) FROM events x
  WHERE x.code = e.code AND x.id < e.id)) AS commune FROM events e
  WHERE e.action = 'accept' AND e.at >= '{start}' AND e.at < '{end}') AS moved WHERE {here}"""
_LEVELS = """SELECT level, COUNT(*) FROM events WHERE action = 'escalate' AND at >= '{start}' AND at < '{end}'
  AND {here} GROUP BY level ORDER BY 2 DESC, 1"""
_RATED = """SELECT AVG(rating * 1.0), COUNT(*) FROM (SELECT c.cycle, (SELECT MAX(r.id) FROM line r
  WHERE r.cycle = c.cycle AND r.action = 'rate') AS rate_id FROM cycle c) AS rated JOIN events e ON e.id = rate_id
  WHERE e.at >= '{start}' AND {here}"""
_REOPENED = "SELECT COUNT(*) FROM (SELECT s.*, s.end_commune AS commune FROM seen s) AS s WHERE s.again IS NOT NULL AND s.ended >= '{start}' AND {again_soon} AND {here}"  # noqa: E501
_LET_LIE = """SELECT COUNT(*) FROM line r JOIN cycle c ON c.cycle = r.cycle
  WHERE r.action IN ('release', 'depart') AND (c.word_id IS NULL OR c.word_id > r.id) AND r.at >= '{start}'
  AND r.{here}"""


def _let_lie(period: Period, communes: Sequence[int]) -> str:
    sql = CYCLES + (_LET_LIE if communes else _LET_LIE.replace("r.{here}", "{here}"))
    return _form(sql, period, communes)


QUERIES: dict[str, Query] = {
    "opened": _events("'send'"),
    "answered": _query(f"{CYCLES}SELECT COUNT(*) FROM ({_AT_WORD}) AS words WHERE {{here}}"),
    "closed": _events("'close', 'finish', 'cancel', 'reply_all'"),
    "first_kept": _promises("first"),
    "settled_kept": _promises("settled"),
    "waiting": _standing("1 = 1"),
    "overdue": _standing(_OVERDUE),
    "asked_long": _long,
    "median": _WAITS,
    "nine_in_ten": _WAITS,
    "reopened": _query(CYCLES + _REOPENED),
    "rounds": _query(f"{CYCLES}SELECT COUNT(*) FROM ({_ROUNDS}) AS rounds WHERE {{here}}"),
    "second_rounds": _query(
        f"{CYCLES}SELECT COUNT(*) FROM ({_ROUNDS}) AS rounds WHERE {{here}} AND EXISTS "
        "(SELECT 1 FROM cycle c WHERE c.cycle = rounds.cycle AND c.ask_id < rounds.id)"
    ),
    "taken_back": _events("'unsay'"),
    "let_lie": _let_lie,
    "moved_away": _query(_MOVED),
    "declined": _events("'decline'"),
    "passed_up": _query(_LEVELS),
    "extra_opened": _of_kind("'send'"),
    "extra_answered": _query(
        f"{CYCLES}SELECT COUNT(*) FROM ({_AT_WORD}) AS words WHERE {{here}} AND code IN "
        "(SELECT code FROM requests WHERE kind = 'extra_demand')"
    ),
    "extra_closed": _of_kind("'close', 'finish', 'cancel', 'reply_all'"),
    "rating": _query(CYCLES + _RATED),
    "by_bot": _bot(BY_BOT),
    "no_answer": _bot(NO_ANSWER),
    "asked_most": _listed,
}
