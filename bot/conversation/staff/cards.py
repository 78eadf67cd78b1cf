"""What officers read of a request: the card in the group, the opening of its conversation, lists, figures."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.conversation import actions
from bot.conversation.actions import DeskVerb
from bot.conversation.citizen.answers import short_name
from bot.conversation.reply import Block, Button, Place, Reply, Style
from bot.conversation.scene import Scene
from bot.desk.access import Share
from bot.desk.request import OVER, Level, Request, RequestKind, Status
from bot.measure import tally
from bot.measure.indicators import Form, Indicator, indicators, median, nine_in_ten
from bot.measure.tally import Tally

SHOWN_IN_LIST = 30
TOPIC = 128  # characters of a topic's name
LISTS = ("overdue", "soon", "offered", "mine", "unclaimed", "others")

type Rows = tuple[tuple[Button, ...], ...]


def card(scene: Scene, request: Request, *, offered: bool = False, above: bool = False) -> Reply:
    """What it is about, when it was sent, by when it is due; of the person no more than the first name."""
    title = Block(text=f"{_sign(scene, request)} {what(scene, request)}", style=Style.TITLE)
    blocks = [title, _sent(scene, request)]
    if request.helper:
        blocks.append(scene.line("card.helper", who=request.helper_name))
    elif request.on_paper:
        blocks.append(scene.line("card.on_paper"))
    blocks += [Block(text=standing_of(scene, request)), *_times(scene, request)]
    if request.rounds:
        blocks.append(scene.line("card.rounds", count=request.rounds))
    if request.level is not Level.COMMUNE:
        blocks.append(scene.line("card.level", level=scene.say(f"level.{request.level}")))
    if request.transfer_to:
        blocks.append(scene.line("card.offered", commune=commune_name(scene, request.transfer_to)))
    if request.rating:
        blocks.append(scene.line("card.rating", rating="★" * request.rating))
    blocks.append(Block(text=request.code, style=Style.NOTE))
    buttons = (*_card_buttons(scene, request, offered=offered, above=above), *_to_its_page(scene, request))
    place = Place(name=f"card:{request.code}", about=request.code, share=Share.CARD)
    return Reply(blocks=tuple(blocks), buttons=buttons, place=place)


def standing_of(scene: Scene, request: Request) -> str:
    """Where it stands, in words for the desk: the citizen reads others."""
    key = "card.asked" if request.status is Status.ASKED else f"status.{request.status}"
    return scene.say(key, who=request.owner_name)


def _sign(scene: Scene, request: Request) -> str:
    due = request.next_due
    if request.status in OVER:
        return "✔"
    if "overdue" in request.raised or (due and due <= scene.now):
        return "🔴"
    return "🟡" if "due_soon" in request.raised else "⚪" if request.status is Status.ASKED else "🟢"


def what(scene: Scene, request: Request) -> str:
    """`Câu hỏi: Đăng ký khai sinh`."""
    return ": ".join(part for part in (kind(scene, request), topic_of(scene, request)) if part)


def _sent(scene: Scene, request: Request) -> Block:
    name = request.name or scene.say("card.nobody")
    return scene.line("card.sent", name=name, when=scene.dated(request.opened_at))


def _to_its_page(scene: Scene, request: Request) -> Rows:
    link = scene.house.page_of(request.code)
    return ((Button(label=scene.say("card.open"), link=link),),) if link and request.status not in OVER else ()


def _times(scene: Scene, request: Request) -> list[Block]:
    lines = []
    if due := request.next_due:
        key = "card.first_due" if request.answered_at is None else "card.due"
        lines.append(scene.line(key, when=scene.dated(due)))
    elif request.status is Status.ASKED:
        lines.append(scene.line("card.paused"))
    return lines


def _card_buttons(scene: Scene, request: Request, *, offered: bool, above: bool) -> Rows:
    code = request.code
    if offered:
        return ((_deed(scene, "do.accept", DeskVerb.ACCEPT, code), _deed(scene, "do.decline", DeskVerb.DECLINE, code)),)
    if above and request.status is Status.ESCALATED:
        return (
            (
                _deed(scene, "do.returned", DeskVerb.RETURNED, code),
                _deed(scene, "do.escalate", DeskVerb.ESCALATE, code),
            ),
        )
    if request.status is Status.OPEN:
        return ((_deed(scene, "do.claim", DeskVerb.CLAIM, code),),)
    return ()


def kind(scene: Scene, request: Request) -> str:
    return scene.say(f"kind.{request.kind}")


def topic_of(scene: Scene, request: Request) -> str | None:
    return short_name(scene, request.procedure) if request.procedure else None


def commune_name(scene: Scene, code: int) -> str:
    commune = scene.house.knowledge.gazetteer.communes.get(code)
    return commune.name if commune else f"{code:05}"


def opening(scene: Scene, request: Request, *, topics: bool) -> Reply:
    """The head of the conversation: what it is about, what may be done."""
    blocks = [
        Block(text=what(scene, request), style=Style.TITLE),
        _sent(scene, request),
        *([scene.line("room.case", case=request.case_)] if request.case_ else []),
        scene.line("room.language", language=scene.say(f"language.{request.language}")),
        *_times(scene, request),
        Block(text=f"{request.code} · {scene.say('room.how')}", style=Style.NOTE),
    ]
    title = f"{request.name or scene.say('card.nobody')} · {what(scene, request)}"[:TOPIC] if topics else None
    return Reply(
        blocks=tuple(blocks),
        buttons=room_buttons(scene, request),
        place=Place(name=f"topic:{request.code}", opens=title, about=request.code),
    )


def handed(scene: Scene, request: Request, why: str, said: Sequence[tuple[str, str]], key: str) -> Reply:
    """For those it is passed on to: why, and what was said so far."""
    values = {"code": request.code, "level": scene.say(f"level.{request.level}")}
    blocks = [scene.title(key, **values), scene.line("handed.why", why=why)]
    for who, text in said:
        words = text or scene.say("approval.attachment")
        blocks.append(scene.line("handed.said", who=who or scene.say("card.nobody"), text=words))
    return Reply(blocks=tuple(blocks), place=Place(name=f"handed:{request.code}", about=request.code, hands=True))


def room_buttons(scene: Scene, request: Request) -> Rows:
    code = request.code
    rows: list[tuple[Button, ...]] = []
    if request.procedure:
        rows.append((_deed(scene, "do.draft", DeskVerb.DRAFT, code),))
    rows += [
        (_deed(scene, "do.more", DeskVerb.MORE, code), _deed(scene, "do.replies", DeskVerb.REPLIES, code)),
        (_deed(scene, "do.transfer", DeskVerb.TRANSFER, code), _deed(scene, "do.escalate", DeskVerb.ESCALATE, code)),
        (_deed(scene, "do.release", DeskVerb.RELEASE, code), _deed(scene, "do.bot", DeskVerb.BOT, code)),
        *([(_deed(scene, "do.gather", DeskVerb.GATHER, code),)] if _is_raised(request) else []),
        (_deed(scene, "do.close", DeskVerb.CLOSE, code),),
    ]
    return (*rows, *_to_its_page(scene, request))


def _is_raised(request: Request) -> bool:
    """Whether others may raise the same: for those who represent voters, or beyond the commune."""
    return request.kind is RequestKind.RECOMMENDATION or request.level is not Level.COMMUNE


def found(scene: Scene, requests: Sequence[Request]) -> Reply:
    """What a search has found, the likeliest first."""
    if not requests:
        return Reply(blocks=(scene.line("find.nothing"),))
    shown = requests[:SHOWN_IN_LIST]
    lines = [Block(text=_in_list(scene, one), style=Style.ITEM) for one in shown]
    blocks = (scene.title("find.found", count=len(requests)), *lines)
    return Reply(blocks=blocks, place=Place(lists=tuple(one.code for one in shown)))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The queue of a commune as one officer sees it."""

    mine: Sequence[Request]
    unclaimed: Sequence[Request]
    soon: Sequence[Request]
    overdue: Sequence[Request]
    offered: Sequence[Request]
    others: Sequence[Request]


def sorted_for(person: str, communes: Iterable[int], requests: Sequence[Request], now: dt.datetime) -> Standing:
    """Each request once: overdue before due, due before mine, mine before unclaimed."""
    here = set(communes)
    left = list(requests)

    def taken(fits: "list[Request]") -> list[Request]:
        for one in fits:
            left.remove(one)
        return fits

    return Standing(
        offered=taken([r for r in left if r.transfer_to in here and r.commune not in here]),
        overdue=taken([r for r in left if "overdue" in r.raised or (r.next_due and r.next_due <= now)]),
        soon=taken([r for r in left if "due_soon" in r.raised]),
        mine=taken([r for r in left if r.owner == person]),
        unclaimed=taken([r for r in left if r.status is Status.OPEN]),
        others=left,
    )


def queue(scene: Scene, standing: Standing) -> Reply:
    blocks: list[Block] = []
    buttons: list[tuple[Button, ...]] = []
    for key in LISTS:
        found: Sequence[Request] = getattr(standing, key)
        if found:
            blocks.append(scene.title(f"queue.{key}", count=len(found)))
            blocks += [Block(text=_in_list(scene, one), style=Style.ITEM) for one in found[:SHOWN_IN_LIST]]
        if key in ("overdue", "soon", "unclaimed"):
            free = [one for one in found if one.status is Status.OPEN]
            buttons += [(claims(scene, one),) for one in free[:5]]
    listed = tuple(one.code for key in LISTS for one in getattr(standing, key)[:SHOWN_IN_LIST])
    return Reply(
        blocks=tuple(blocks) or (scene.line("queue.empty"),), buttons=tuple(buttons), place=Place(lists=listed)
    )


def claims(scene: Scene, one: Request) -> Button:
    """The button that takes one of several."""
    values = {"name": one.name or scene.say("card.nobody"), "what": what(scene, one)}
    return scene.button("queue.claim", actions.DeskCommand(DeskVerb.CLAIM, one.code), **values)


def _in_list(scene: Scene, request: Request) -> str:
    due = request.next_due
    age = scene.house.office(request.commune).between(request.opened_at, request.closed_at or scene.now)
    parts = [what(scene, request), request.name, scene.say("screen.age", span=span(scene, age)), request.owner_name]
    parts.append(scene.say("queue.due", when=scene.moment(due)) if due else scene.say("queue.asked"))
    parts.append(request.code)
    return " · ".join(part for part in parts if part)


def stats(scene: Scene, place: str, told: Tally, days: int) -> Reply:
    """How a desk did over some days; waits are open time."""
    passed_up = sum(told.passed_up.values())
    lines = [
        scene.title("stats.title", commune=place, days=days),
        _item(scene, "stats.opened", opened=told.opened, closed=told.closed),
        _item(scene, "stats.waiting", count=told.waiting),
        *([_item(scene, "stats.overdue", count=told.overdue)] if told.overdue else []),
        _item(scene, "stats.on_time", count=told.first_kept, due=told.first_due),
        _item(scene, "stats.settled", count=told.settled_kept, due=told.settled_due),
        _item(scene, "stats.rounds", count=told.rounds),
        _item(scene, "stats.passed_up", count=passed_up),
    ]
    if told.waits:
        usual, most = (dt.timedelta(minutes=of(told.waits) or 0) for of in (median, nine_in_ten))
        values = {"median": span(scene, usual), "most": span(scene, most)}
        lines.append(_item(scene, "stats.wait", **values))
    if ratings := sum(told.ratings.values()):
        mean = sum(int(stars) * count for stars, count in told.ratings.items()) / ratings
        lines.append(_item(scene, "stats.rating", rating=f"{mean:.1f}", count=ratings))
    return Reply(blocks=tuple(lines))


def _item(scene: Scene, key: str, /, **values: object) -> Block:
    return Block(text=scene.say(key, **values), style=Style.ITEM)


OLDEST = 5


def standing(scene: Scene, requests: Sequence[Request]) -> Reply:
    """The morning in one line for a leader, and what has waited longest."""
    late = [one for one in requests if "overdue" in one.raised or (one.next_due and one.next_due <= scene.now)]
    unclaimed = sum(one.status is Status.OPEN for one in requests)
    oldest = sorted(requests, key=lambda one: one.opened_at)[:OLDEST]
    blocks = [
        scene.line("digest.standing", waiting=len(requests), overdue=len(late), unclaimed=unclaimed),
        scene.line("digest.oldest"),
        *(Block(text=_in_list(scene, one), style=Style.ITEM) for one in oldest),
    ]
    return Reply(blocks=tuple(blocks), place=Place(lists=tuple(one.code for one in oldest)))


IN_MONTH = ("opened", "first_kept", "settled_kept", "overdue", "median", "reopened", "second_rounds", "rating")


def month(scene: Scene, commune: int, name: str, now: Tally, before: Tally) -> Reply:
    """A commune's month beside the one before."""
    period = tally.month(name)
    told = {one.key: one for one in indicators(now, period)}
    then = {one.key: one for one in indicators(before, period)}
    year, number = name.split("-")
    title = scene.title("digest.month", commune=commune_name(scene, commune), month=f"{number}/{year}")
    return Reply(blocks=(title, *(_measured(scene, told[key], then[key]) for key in IN_MONTH)))


def month_picture(scene: Scene, commune: int, months: Sequence[tuple[str, Tally]]) -> Reply:
    """The first answers of each month as a picture, oldest first; in words where a channel shows none."""
    title = scene.title("digest.picture", commune=commune_name(scene, commune))
    bars = (
        Block(text=scene.say("digest.bar", month=f"{name[5:]}/{name[:4]}", kept=one.first_kept, due=one.first_due),
              style=Style.BAR)
        for name, one in months
    )  # fmt: skip
    return Reply(blocks=(title, *bars), as_file="png")


def _measured(scene: Scene, one: Indicator, before: Indicator) -> Block:
    values = {"name": scene.say(f"measure.{one.key}"), "value": value_of(scene, one), "before": value_of(scene, before)}
    return _item(scene, "digest.beside", **values)


def value_of(scene: Scene, one: Indicator) -> str:
    """`12/14 (86 %)`, `3,5 giờ làm việc`, `chưa có`."""
    if one.value is None:
        return scene.say("measure.none")
    if one.form is Form.SHARE:
        share = f" ({round(100 * one.share)} %)" if one.share is not None else ""
        return f"{scene.number(int(one.value))}/{scene.number(one.of or 0)}{share}"
    if one.form is Form.HOURS:
        return span(scene, dt.timedelta(hours=one.value))
    return f"{one.value:.1f}/5 ({one.of})" if one.form is Form.MEAN else scene.number(int(one.value))


def span(scene: Scene, time: dt.timedelta) -> str:
    """`2 giờ 15 phút` of open time; `2 giờ` where they are whole."""
    minutes = max(1, round(time.total_seconds() / 60))
    if minutes < 60:
        return scene.say("span.minutes", minutes=minutes)
    key = "span.hours" if minutes % 60 else "span.whole_hours"
    return scene.say(key, hours=minutes // 60, minutes=minutes % 60)


def _deed(scene: Scene, key: str, verb: DeskVerb, code: str) -> Button:
    return scene.button(key, actions.DeskCommand(verb, code))
