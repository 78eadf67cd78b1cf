"""The front door: one command a line, wiring only."""

import datetime as dt
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

if sys.version_info < (3, 12):  # noqa: UP036 - said in one sentence rather than in a traceback
    sys.exit("Một Cửa needs Python 3.12 or newer; this is " + sys.version.split()[0] + ".")

import click

if TYPE_CHECKING:
    from bot.commands.demo import Shown

from bot.config import ROOT, BadSettings, Settings, read_settings
from bot.content.findings import LANGUAGES, told
from bot.content.load import BrokenContent, Content, Knowledge, examine, load
from bot.content.read import Weight
from bot.content.schema import Language
from bot.conversation.scene import House
from bot.kept import Indexed, index, indexing, recall
from bot.logs import Form, start_log
from bot.store.database import Database, DatabaseUnusable, open_database

MAX_SHOWN = 20
CACHE = ROOT / "var" / "cache"
MAX_WARD_DIGITS = 5


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option("0.1.0", prog_name="Một Cửa")
def main() -> None:
    """Một Cửa: the citizen-assistant bot for Vietnam's communes."""


@main.command()
def run() -> None:
    """Serve Telegram, where it has a token, and the web pages; lines that are piped in are answered here."""
    settings = _settings()
    chats = (settings.telegram_bot_token, settings.zalo_bot_token, settings.zalo_oa_id)
    if not any(chats) and _lines_are_piped():
        _talk_here(settings)
        return
    _serve(settings)


def _serve(settings: Settings) -> None:
    from bot.casework.gate import Limits
    from bot.commands.serving import CannotServe, serve
    from bot.content.live import LiveContent
    from bot.doors.proxies import proxy_trouble
    from bot.store.alone import alone
    from bot.turn import Turns

    if trouble := proxy_trouble():
        raise click.ClickException(trouble)
    start_log(settings.log_level, Form(settings.log_format), settings.secrets)
    live = LiveContent(ROOT, CACHE)  # before the files are read: what is saved meanwhile is not missed
    limits = Limits(person=settings.flood_person_a_minute, everyone=settings.flood_everyone_a_minute)
    database = _database(settings)
    try:
        with alone(settings.database):
            serve(settings, Turns(database, _house(), limits=limits), live, _welcome(settings))
    except (CannotServe, DatabaseUnusable) as error:
        raise click.ClickException(str(error)) from None


def _lines_are_piped() -> bool:
    """A pipe or a file, not a keyboard; nor the nothing that a supervisor hands to a service."""
    try:
        kind = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):  # closed, or none
        return False
    return stat.S_ISFIFO(kind) or stat.S_ISREG(kind)


def _welcome(settings: Settings) -> Callable[[], None]:
    """Where the pages are, and how other doors are opened; said once they are there."""
    where = settings.public_url or f"http://{settings.host}:{settings.port}"
    others = "" if settings.telegram_bot_token else " Telegram: set TELEGRAM_BOT_TOKEN; Zalo: set ZALO_BOT_TOKEN."
    return lambda: click.echo(f"Một Cửa: {where}{others} Keyboard: make chat. Stop: Ctrl+C.", err=True)


@main.command()
def demo() -> None:
    """Serve a commune that lives: twenty requests, thirty days, nobody real; in a folder of its own."""
    from bot.commands.demo import Clock, Demo, Nobody, fresh
    from bot.commands.serving import CannotServe, serve
    from bot.config import STATE
    from bot.service.serve import seal
    from bot.turn import Turns

    settings = _settings()
    file = fresh(STATE / "demo")
    database = open_database(f"sqlite:///{file}")
    clock = Clock()
    own = settings.model_copy(
        update={
            "telegram_bot_token": None,
            "zalo_bot_token": None,
            "zalo_oa_id": None,
            "database_url": None,
            "web": True,
        }
    )
    house = replace(_house(), seal=seal(own), passing=frozenset({"web"}), trial=True)
    turns = Turns(database, house, clock=clock)
    click.echo("playing thirty days of a commune …", err=True)
    shown = Demo(turns, clock).play()
    where = f"http://{settings.host}:{settings.port}"
    try:
        serve(own, turns, None, lambda: click.echo(_demonstrated(shown, where, file), err=True), [Nobody()])
    except CannotServe as error:
        raise click.ClickException(str(error)) from None


def _demonstrated(shown: "Shown", where: str, file: Path) -> str:
    """What can be looked at, and as whom."""
    citizens = "\n".join(f"  {name}: {where}/y/{code}~{secret}" for name, code, secret in shown.citizens)
    staff = "\n".join(f"  {name}, {role}: {where}/ban/vao?m={secret}" for name, role, secret in shown.staff)
    return (
        f"\nMột Cửa, a trial: {where} ({shown.requests} requests, kept in {file.parent})\n"
        f"Anybody: {where}/x/00008\nCitizens, by the code and secret of their receipt:\n{citizens}\n"
        f"The desk, each link once, for a day, a browser (or a private window) each:\n{staff}\n\n"
        f"{shown.figures}\n\nStop: Ctrl+C."
    )


@main.command()
@click.option("--commune", required=True, help="The national ward code, e.g. 00008 or 8.")
@click.option("--language", type=click.Choice([*map(str, Language)]), default=Language.VI.value, show_default=True)
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="The folder to write to.")
def poster(commune: str, language: str, to: Path) -> None:
    """Draw an A4 page for a commune's wall, as PDF and PNG, with a code for each way to ask that is set up."""
    from bot.commands.poster import NoWay, draw

    settings, content = _settings(), _content()
    code = _ward_code(commune, content)
    house = _speechless(content)
    try:
        drawn = {form: draw(house, settings, code, Language(language), form) for form in ("pdf", "png")}
        to.mkdir(parents=True, exist_ok=True)
        for form, page in drawn.items():
            (to / f"poster-{code:05}.{form}").write_bytes(page)
    except NoWay as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{to} cannot be written to ({error.strerror}).") from None
    click.echo(f"{to / f'poster-{code:05}.pdf'} and .png are written.")


@main.command()
def chat() -> None:
    """The same conversation at this keyboard; one message a line where input is not a terminal."""
    _talk_here(_settings())


@main.command()
@click.argument("text", required=False)
@click.option("--json", "as_json", is_flag=True, help="Read a message a line from standard input, write JSON lines.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Answer as on this day, e.g. 2027-03-02, at 09:00.")
def ask(text: str | None, *, as_json: bool, on: dt.datetime | None) -> None:
    """Show what was understood of TEXT, why, and the reply."""
    from bot.commands.ask import answer_lines, explain
    from bot.desk.working_time import VIETNAM
    from bot.turn import utc_now

    if as_json == (text is not None):
        raise click.UsageError('give either a message ("…") or --json with messages on standard input')
    house = _house()
    now = on.replace(hour=9, tzinfo=VIETNAM) if on else utc_now()
    if as_json:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # JSON is, whatever the console's letters
        answer_lines(house, sys.stdin.buffer, sys.stdout, now)
    else:
        click.echo(explain(house, _content().intents.phrases, text or "", now))


@main.command()
@click.option("--commune", required=True, help="The national ward code, e.g. 00008 or 8.")
@click.option("--role", type=click.Choice(["officer", "leader", "province", "admin", "helper"]), required=True)
def invite(commune: str, role: str) -> None:
    """Print a one-time code with which a member of staff joins (/join CODE). It expires after a week."""
    from bot.casework.staffing import invite as give
    from bot.casework.unit_of_work import UnitOfWork
    from bot.desk.request import Role
    from bot.turn import utc_now

    settings, content = _settings(), _content()
    names = content.knowledge.gazetteer.communes
    code = _ward_code(commune, content)
    database = _database(settings)
    with database.change() as connection:
        secret = give(UnitOfWork(connection, _speechless(content), utc_now()), commune=code, role=Role(role))
    database.close()
    click.echo(f"{role} of {names[code].name}, {names[code].province}; one use, one week:", err=True)
    click.echo(secret)


@main.command("desk-link")
@click.argument("person")
def desk_link(person: str) -> None:
    """Print a link that opens the desk in a browser for PERSON (a Telegram number): once, within ten minutes."""
    from bot.casework.signing_in import link
    from bot.casework.unit_of_work import UnitOfWork
    from bot.turn import utc_now

    settings, content = _settings(), _content()
    key = person if ":" in person else f"telegram:{person}"
    database = _database(settings)
    with database.change() as connection:
        secret = link(UnitOfWork(connection, _speechless(content), utc_now()), key)
    database.close()
    if secret is None:
        raise click.ClickException(f"{person} holds no post.")
    click.echo(f"{settings.public_url or f'http://{settings.host}:{settings.port}'}/ban/vao?m={secret}")


@main.group()
def audit() -> None:
    """The log of who looked at or changed what."""


@audit.command()
def verify() -> None:
    """Find the first line of the audit log that was removed or changed."""
    from bot.store.audit import broken_at, last

    database = _database(_settings())
    with database.look() as connection:
        count, broken = broken_at(connection)
        end = last(connection)
    database.close()
    if broken is not None:
        raise click.ClickException(f"line {broken} was changed, or lines before it were removed.")
    click.echo(f"{count} lines, each as it was written; the last is {end}.")


@main.command()
@click.argument("person")
def revoke(person: str) -> None:
    """End all posts of PERSON (a Telegram number) at once; what they held goes back to the queue."""
    from bot.casework.staffing import groups_read_by
    from bot.casework.staffing import revoke as end
    from bot.casework.unit_of_work import UnitOfWork
    from bot.turn import utc_now

    key = person if ":" in person else f"telegram:{person}"
    database, content = _database(_settings()), _content()
    with database.change() as connection:
        unit = UnitOfWork(connection, _speechless(content), utc_now())
        groups = groups_read_by(unit, key)
        count = end(unit, key)
    database.close()
    if not count:
        raise click.ClickException(f"{person} holds no post.")
    click.echo(f"{count} post(s) ended.")
    for name in groups:
        click.echo(f"Remove them from the staff group of {name} too: whoever is in it reads what it gets.", err=True)


@main.command()
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True)
def unanswered(days: int) -> None:
    """Questions that found no answer, redacted, grouped by meaning, with counts."""
    from bot.casework.learning import grouped
    from bot.store import questions
    from bot.turn import utc_now

    database = _database(_settings())
    with database.look() as connection:
        groups = grouped(questions.since(connection, utc_now() - dt.timedelta(days=days)))
    database.close()
    for texts, nearest in groups:
        click.echo(f"{len(texts):5}  {nearest or '-':32}  {texts[0]}")
    click.echo(f"{sum(len(texts) for texts, _ in groups)} questions in {len(groups)} groups, {days} days.", err=True)


@main.command()
@click.option("--commune", help="The national ward code, e.g. 00008 or 8; without it, the whole country.")
@click.option("--month", "name", required=True, help="A month, e.g. 2026-11.")
@click.option("--json", "form", flag_value="json", help="As JSON, with the definition and the query of each number.")
@click.option("--csv", "form", flag_value="csv", help="As a table.")
def scorecard(commune: str | None, name: str, form: str | None) -> None:
    """What was promised and kept in a month, reckoned now from all that happened. For those who serve: all numbers."""
    from bot.casework.scorecard import measure
    from bot.casework.unit_of_work import UnitOfWork
    from bot.commands.scorecard import Sheet
    from bot.measure.tally import month
    from bot.turn import utc_now

    try:
        period = month(name)
    except ValueError:
        raise click.BadParameter(f"{name!r} is no month like 2026-11.", param_hint="--month") from None
    settings, content, now = _settings(), _content(), utc_now()
    communes = [_ward_code(commune, content)] if commune else []
    database = _database(settings)
    with database.look() as connection, _bar("reckoning") as progress:
        unit = UnitOfWork(connection, _speechless(content), now)
        tally = measure(unit, period.until(now), communes or None, progress).total(communes or None)
    dialect = database.dialect
    database.close()
    place = content.knowledge.gazetteer.communes[communes[0]].name if communes else ""
    sheet = Sheet(place=place, communes=communes, period=period.until(now), built_at=now, tally=tally, dialect=dialect,
                  say=content.catalogs[Language.VI].say)  # fmt: skip
    click.echo({"json": sheet.json, "csv": sheet.csv}.get(form or "", sheet.text)())


@main.command()
def doctor() -> None:
    """Look at configuration, database, knowledge, disk, Telegram, Zalo and clock; say of each what to do."""
    from bot.commands.doctor import look_at_everything

    ill = 0
    for finding in look_at_everything():
        ill += bool(finding.todo)
        click.echo(f"{'MEND' if finding.todo else 'ok':5} {finding.about:14} {finding.said}")
        if finding.todo:
            click.echo(f"{'':20} {finding.todo}")
    if ill:
        raise click.exceptions.Exit(1)


@main.command("zalo-consent")
@click.argument("address", default="")
def zalo_consent(address: str) -> None:
    """Print the link by which the admin of Zalo's Official Account consents; then take the ADDRESS it leads back to."""
    from bot.doors.zalo.official.consent import ConsentTrouble, callback, link, take
    from bot.turn import utc_now

    settings = _settings()
    if not settings.zalo_oa_id:
        raise click.ClickException("ZALO_OA_ID and what belongs to it are not set; docs/zalo.md says how.")
    if not address:
        click.echo(f"Open as the account's admin; in the app's settings the callback is {callback(settings)}", err=True)
        click.echo(link(settings))
        click.echo("Then, within ten minutes: python main.py zalo-consent 'the address it leads to'", err=True)
        return
    database = _database(settings)
    try:
        take(settings, database, address, now=utc_now())
    except ConsentTrouble as error:
        raise click.ClickException(str(error)) from None
    finally:
        database.close()
    click.echo("The tokens are kept; a bot that runs opens the door within a minute.")


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write all that is kept to FILE, while the bot serves; the file is checked before it gets its name."""
    from bot.store.backup import BackupUnusable, back_up

    database = _database(_settings())
    try:
        with _bar("writing") as progress:
            counts = back_up(database, file, progress)
    except BackupUnusable as error:
        raise click.ClickException(str(error)) from None
    finally:
        database.close()
    click.echo(f"{file}: {sum(counts.values())} rows, {counts['requests']} requests.")


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Also where the database holds something, which is lost.")
@click.option("--tampered", is_flag=True, help="Also an audit log that was changed; say why elsewhere.")
def restore(file: Path, *, replace: bool, tampered: bool) -> None:
    """Put what a backup holds in place of all there is, in one piece. Stop the bot first."""
    from bot.store.alone import alone
    from bot.store.backup import BackupUnusable
    from bot.store.backup import restore as put_back

    settings = _settings()
    database = _database(settings)
    try:
        with alone(settings.database), _bar("restoring") as progress:
            counts = put_back(database, file, progress, replace=replace, tampered=tampered)
    except (BackupUnusable, DatabaseUnusable) as error:
        raise click.ClickException(str(error)) from None
    finally:
        database.close()
    click.echo(f"{sum(counts.values())} rows, {counts['requests']} requests are back.")


@main.command()
@click.argument("root", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ROOT)
@click.option(
    "--language",
    type=click.Choice([*map(str, LANGUAGES)]),
    help="Of what is said; else Vietnamese where LANG begins with vi.",
)
def check(root: Path, language: str | None) -> None:
    """Validate all of knowledge/, intents/ and locales/ (below ROOT): every problem at once, warnings too."""
    from bot.desk.working_time import VIETNAM

    content, problems, files = examine(root.resolve(), dt.datetime.now(VIETNAM).date())
    spoken = Language(language) if language else _spoken()
    for problem in problems:
        click.echo(problem.told(spoken))
    if any(problem.weight is not Weight.WARNING for problem in problems):
        raise click.exceptions.Exit(1)
    phrases = len(content.intents.phrases) + len(content.intents.talk)
    entries = len(content.knowledge.procedures)
    key = "looked_at_with_warnings" if problems else "looked_at"
    looked_at = told(key, files=files, entries=entries, phrases=phrases, warnings=len(problems))
    known, communes = len(content.knowledge.offices), len(content.knowledge.gazetteer.communes)
    click.echo(looked_at.told(spoken))
    click.echo(told("offices_known", known=known, communes=communes).told(spoken))


@main.command()
def learn() -> None:
    """Read the files and learn from the phrases of intents/ now, which the next start would do."""
    with _bar("learning") as progress:
        _indexed(progress)


@main.command()
@click.option("--against", metavar="REV", required=True, help="A revision of git, e.g. HEAD~1 or main.")
@click.option(
    "--questions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help='More questions: one a line, or JSON lines with "text" and "accept".',
)
@click.option("--all", "everything", is_flag=True, help="Every question, not a few of each kind.")
def flips(against: str, questions: tuple[Path, ...], *, everything: bool) -> None:
    """Which stored questions are answered otherwise than with knowledge/ and intents/ of REV."""
    from tempfile import TemporaryDirectory

    from bot.commands.flips import compare, stored_questions, tell
    from bot.commands.flips import flips as find
    from bot.content.revisions import NoRevision, find_revision, unpack
    from bot.turn import utc_now

    with TemporaryDirectory() as folder:
        before = Path(folder)
        try:
            revision = find_revision(ROOT, against)
            unpack(ROOT, revision, before)
            asked = stored_questions((ROOT, before), (*questions, *sorted((ROOT / "tests/questions").glob("*.jsonl"))))
        except (NoRevision, OSError, ValueError) as error:
            raise click.ClickException(str(error)) from None
        click.echo(f"{len(asked)} questions against {revision.commit} of {revision.day}: {revision.subject}", err=True)
        click.echo("learning both versions …", err=True)
        old, new = compare(before, ROOT, CACHE, asked, utc_now())
    for version, where in ((old, revision.commit), (new, "the files as they stand")):
        if version.unread:
            click.echo(f"{where}: {version.unread} mistake(s); what they concern is left out.", err=True)
    click.echo(tell(find(asked, old, new), len(asked), everything=everything))


class _Imports(click.Group):
    """`import FILE` is `import portal FILE`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        return super().resolve_command(ctx, args if args[0] in self.commands else ["portal", *args])


@main.group("import", cls=_Imports)
def import_() -> None:
    """Take in what others have written: `import offices FILE.csv`, `import portal FILE.jsonl` (or just the file)."""


@import_.command("offices")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="Who says so, for lines that do not say it.")
@click.option("--read", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day it was read, for lines without one.")
@click.option("--yes", is_flag=True, help="Write without asking.")
def import_offices(file: Path, source: str, day: dt.datetime | None, *, yes: bool) -> None:
    """Take addresses, phones and hours of offices from a table (FILE.csv); show what changes, then ask."""
    from bot.commands.imported import Naming, tell_offices
    from bot.content.office_files import changes, write
    from bot.content.office_table import Reader, headings, kind_names, kinds, passed_over, read_table
    from bot.content.spreadsheet import NotATable
    from bot.desk.working_time import VIETNAM
    from bot.understanding.legacy import from_bytes
    from bot.understanding.place_names import build_places
    from bot.understanding.places import certain_code

    content = _content()
    known = content.knowledge
    places = cache(lambda: build_places(known.gazetteer, content.intents.words.provinces))  # many tables name none
    given = {"source": source, "read": f"{day:%Y-%m-%d}" if day else ""}
    reader = Reader(
        headings=headings(content.catalogs),
        kinds=kinds(known.counters),
        kind_names=kind_names(known.counters, _spoken()),
        communes=known.gazetteer.communes,
        known=known.offices,
        named=lambda name: certain_code(name, places()),
        letters=from_bytes,
        passed_over=passed_over(content.catalogs),
        today=dt.datetime.now(VIETNAM).date(),
        given=given,
    )
    try:
        with _bar(told("reading", name=file.name).told(_spoken())) as progress:
            table = read_table(str(file), file.read_bytes(), reader, progress)
    except NotATable as error:
        raise click.ClickException(f"{file}: {error.said.told(_spoken())}") from None
    found = changes(ROOT, table.rows, known.offices, known.gazetteer.communes)
    spoken = _spoken()
    naming = Naming(catalog=content.catalogs[spoken], counters=known.counters, language=spoken)
    click.echo(tell_offices(table, found, naming))
    for problem in table.problems:
        click.echo(told("left_out", said=problem.told(spoken)).told(spoken), err=True)
    if found and (yes or click.confirm(told("write_offices", count=len(found)).told(spoken))):
        try:
            write(found)
        except OSError as error:
            said = told("offices_unwritable", why=error.strerror)
            raise click.ClickException(said.told(spoken)) from None
        click.echo(told("offices_written", count=len(found)).told(spoken))
    if table.problems:
        raise click.exceptions.Exit(1)


@import_.command("names")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--records", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON lines: the content."
)
@click.option("--source", required=True, help="Where the list comes from.")
@click.option("--read", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day it was read.")
def import_names(file: Path, records: Path | None, source: str, day: dt.datetime) -> None:
    """Write knowledge/portal/ anew from the portal's list of procedures (FILE, tab-separated) and its records."""
    from bot.commands.imported import tell_names
    from bot.content.portal_list import NotAList, read_details, read_list
    from bot.content.second_tier import write

    try:
        found = read_list(file.read_text("utf-8-sig", "replace"))
    except NotAList as error:
        raise click.ClickException(f"{file}: {error}.") from None
    if records:
        with records.open("rb") as lines:
            read_details(lines, {one.code: one for one in found.procedures}, found)
    for line in found.bad_lines:
        click.echo(f"{line}; left out", err=True)
    try:
        write(ROOT, found.procedures, found.details, read=day.date(), source=source)
    except OSError as error:
        raise click.ClickException(f"knowledge/portal/ cannot be written ({error.strerror}).") from None
    click.echo(tell_names(found))
    if found.bad_lines:
        raise click.exceptions.Exit(1)


@import_.command("portal")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_portal(file: Path) -> None:
    """Show what portal records (FILE, JSON lines) say otherwise than our entries; write proposals, change nothing."""
    from bot.commands.imported import tell
    from bot.content.portal import read_records, write_proposal
    from bot.content.proposals import FOLDER
    from bot.desk.working_time import VIETNAM

    today = dt.datetime.now(VIETNAM).date()
    with file.open("rb") as lines:
        found = read_records(lines, _content().knowledge.procedures, today)
    click.echo(tell(found))
    try:
        written = [write_proposal(one, today, FOLDER) for one in found.compared if one.differences]
    except OSError as error:
        raise click.ClickException(f"{FOLDER} cannot be written ({error.strerror}).") from None
    if written:
        click.echo(f"{len(written)} proposals written to {FOLDER}; knowledge/ is as it was.", err=True)
    for line in found.bad_lines:
        click.echo(f"{file}: {line}; left out", err=True)
    if found.bad_lines:
        raise click.exceptions.Exit(1)


@main.command()
def coverage() -> None:
    """Of how many communes the offices are known, of files and of communes' reports, as a table and a map."""
    from bot.commands.coverage import told
    from bot.content.coverage import coverage as covered

    known = _with_reported(_content().knowledge)
    click.echo(told(covered(known.gazetteer, known.offices)))


def _with_reported(knowledge: Knowledge) -> Knowledge:
    """With the hours that communes reported, where there is a database of this version."""
    from bot.casework.hours import held
    from bot.content.reported import with_reported
    from bot.store.database import stands_at

    address = _settings().database
    try:
        at, newest = stands_at(address)
        if at != newest:
            return knowledge
        with closing(open_database(address)) as database, database.look() as connection:
            return with_reported(knowledge, held(connection))
    except DatabaseUnusable as error:
        click.echo(f"{error} Only what the files tell is counted.", err=True)
        return knowledge


@main.command()
@click.argument("name", metavar="ID")
@click.option("--province", type=click.IntRange(1, 99), help="With `offices`: the province's code, e.g. 01.")
def new(name: str, province: int | None) -> None:
    """Write an annotated template: of the entry ID (see knowledge/catalogue.yaml), or of a table of `offices`."""
    if name == "offices":
        _new_offices(province)
        return
    from bot.content.guide import NoGuide
    from bot.content.template import CannotWrite, write_template

    try:
        path = write_template(ROOT, name, examine(ROOT)[0].knowledge.catalogue)
    except CannotWrite as error:
        raise click.ClickException(error.said.told(_spoken())) from None
    except (NoGuide, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(told("template_written", path=path.relative_to(ROOT)).told(_spoken()))


def _new_offices(province: int | None) -> None:
    from bot.content.guide import NoGuide, load_guide
    from bot.content.office_template import office_template

    content, spoken = _content(), _spoken()
    known = content.knowledge
    communes = [one for one in known.gazetteer.communes.values() if one.province_code == province]
    if not communes:
        codes = ", ".join(f"{code:02} {name}" for code, name in known.gazetteer.provinces.items())
        raise click.ClickException(told("say_province", codes=codes).told(spoken))
    path = Path(f"offices-{province:02}.csv")
    try:
        text = office_template(
            communes, known.offices, known.counters, content.catalogs[spoken], load_guide(ROOT), spoken
        )
        with path.open("x", encoding="utf-8-sig", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise click.ClickException(told("offices_exist", path=path).told(spoken)) from None
    except (NoGuide, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(told("offices_template_written", path=path).told(spoken))


@main.command()
def schema() -> None:
    """Write the editors' JSON Schema of each kind of YAML file to knowledge/schema/."""
    from bot.content.editor import write_schemas
    from bot.content.guide import NoGuide

    try:
        written = write_schemas(ROOT)
    except (NoGuide, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{len(written)} schemas written to knowledge/schema/.")


def _outlive_the_code_page() -> None:
    """Letters that a console has no place for become marks, and it is said how to see them."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and not _holds_vietnamese(stream.encoding):
            stream.reconfigure(errors="replace")
    if not _holds_vietnamese(sys.stdout.encoding or "utf-8"):
        click.echo(f"This console ({sys.stdout.encoding}) has no Vietnamese letters; set PYTHONUTF8=1.", err=True)


def _holds_vietnamese(encoding: str) -> bool:
    try:
        "Một Cửa".encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _spoken() -> Language:
    """The language of whoever sits here, for what is said of their files: Vietnamese, or else English."""
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # in the order of gettext
    first = next((value for name in names if (value := os.environ.get(name))), "")
    return Language.VI if first.startswith(Language.VI) else Language.EN


def _settings() -> Settings:
    try:
        return read_settings()
    except BadSettings as error:
        raise click.ClickException(str(error)) from None


def _ward_code(typed: str, content: Content) -> int:
    """A commune's code as typed: `00008` or `8`. Raises BadParameter."""
    code = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MAX_WARD_DIGITS else -1
    if code not in content.knowledge.gazetteer.communes:
        raise click.BadParameter(f"{typed!r} is not the ward code of a commune.", param_hint="--commune")
    return code


def _content() -> Content:
    try:
        return load(ROOT)
    except BrokenContent as error:
        raise _mistakes(error) from None


def _mistakes(error: BrokenContent) -> click.ClickException:
    shown = "\n".join(problem.told(_spoken()) for problem in error.problems[:MAX_SHOWN])
    return click.ClickException(f"the maintainers' files have mistakes:\n{shown}")


def _speechless(content: Content) -> House:
    """A house that need not understand anybody: nothing is learnt, which saves some seconds."""
    return House(knowledge=content.knowledge, catalogs=content.catalogs, engine=None)  # type: ignore[arg-type]


def _house() -> House:
    """What was read and learnt before, where nothing has changed since."""
    indexed = recall(ROOT, CACHE)
    if not indexed:
        click.echo("reading the files, and learning from the phrases, once until they change …", err=True)
        # In a process of its own: what that takes in memory would stay with the one that serves.
        subprocess.run(indexing(ROOT, CACHE), cwd=ROOT, check=False)  # noqa: S603 - our own
        indexed = recall(ROOT, CACHE) or _indexed()
    return House(knowledge=indexed.knowledge, catalogs=indexed.catalogs, engine=indexed.engine, version=indexed.version)


def _indexed(progress: Callable[[float], None] = lambda _: None) -> Indexed:
    try:
        return index(ROOT, CACHE, progress)
    except BrokenContent as error:
        raise _mistakes(error) from None


@contextmanager
def _bar(label: str) -> Iterator[Callable[[float], None]]:
    """A bar on standard error for what takes a while, told the part that is done."""
    with click.progressbar(length=100, label=label, file=sys.stderr) as bar:
        yield lambda part: bar.update(int(part * 100) - bar.pos)


def _database(settings: Settings) -> Database:
    try:
        return open_database(settings.database)
    except DatabaseUnusable as error:
        raise click.ClickException(str(error)) from None


def _talk_here(settings: Settings) -> None:
    from bot.doors.terminal.keyboard import talk
    from bot.turn import Turns

    talk(Turns(_database(settings), _house()), sys.stdin, sys.stdout)


if __name__ == "__main__":
    _outlive_the_code_page()
    main()
