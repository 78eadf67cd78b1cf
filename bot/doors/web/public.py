"""Pages that anybody may read: without a session or a cookie, the same for all; kept by whoever asks with a tag."""

import asyncio
import hashlib
import zlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.content.communes import Commune
from bot.content.schema import Language, Procedure
from bot.conversation.citizen.privacy import what_is_kept
from bot.conversation.converse import converse
from bot.conversation.reply import Block
from bot.conversation.scene import Scene
from bot.conversation.visit import Kind, Memory, Visit
from bot.doors.web import addresses, linked_data, views
from bot.doors.web.page import PRIVATE, SAFE, WORKERS, Site, aloud, answer, holds, keeper, look, render, script, worker
from bot.turn import Turns

FRESH_SECONDS = 300
BUCKET_SECONDS = 300  # how long "open now" may be late
KEPT_PAGES = 400
MAX_WORDS = 500
HEAVIEST = 15_000  # bytes of a page as it is read, before anything packs it: a second on a slow line
PUBLIC = {"Cache-Control": f"public, max-age={FRESH_SECONDS}"}
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
SITEMAP_SIZE = 15_000  # pages of one map, each in three languages: at most 50,000 addresses

SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"

type Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a request asks for: in which language, which page of that language."""

    scene: Scene
    path: str
    request: Request

    @property
    def words(self) -> str:
        return self.request.query_params.get("q", "").replace("\0", "\ufffd").strip()[:MAX_WORDS]


class Public:
    """Every page without a session."""

    def __init__(self, turns: Turns, site: Site) -> None:
        self.turns = turns
        self.site = site
        self._kept: OrderedDict[str, str] = OrderedDict()  # by tag
        self._maps: list[bytes] = []
        self._maps_of = ""  # the version of what is known that they list

    def routes(self) -> list[Route]:
        pages: list[tuple[str, Handler]] = [
            (addresses.TOPICS, self._topics),
            (f"{addresses.TOPICS}/{{name}}", self._procedure),
            (f"{addresses.TOPICS}/{{name}}{addresses.MORE}", self._procedure),
            (addresses.EVENTS, self._events),
            (f"{addresses.EVENTS}/{{name}}", self._event),
            (addresses.COMMUNES, self._communes),
            (f"{addresses.COMMUNES}/{{ward}}", self._commune),
            (f"{addresses.COMMUNES}/{{ward}}/{{name}}", self._procedure),
            (f"{addresses.COMMUNES}/{{ward}}/{{name}}{addresses.MORE}", self._procedure),
            (addresses.SEARCH, self._found),
            (addresses.ASK, self._found),
            ("/quyen-rieng-tu", self._privacy),
            (addresses.GONE, self._gone),
            (f"{addresses.GONE}/{{ward}}", self._gone),
        ]
        prefixes = addresses.PREFIXES.values()
        made = [Route(f"{prefix}{path}", _guarded(handle)) for path, handle in pages for prefix in prefixes]
        return [
            *made,
            Route("/robots.txt", self._robots),
            Route("/sitemap.xml", self._sitemaps),
            Route("/sitemap-{number:int}.xml", self._sitemap),
            Route(addresses.WORKER, _worker),
            *(Route(f"/static/{name}", _script(content)) for name, content in (script(), aloud(), keeper())),
        ]

    def otherwise(self) -> Route:
        """The last of all routes: an address that leads nowhere."""
        return Route("/{rest:path}", self._missing, methods=["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"])

    # What is asked

    def asked(self, request: Request, commune: int | None = None) -> Asked:
        language, path = addresses.split_language(request.url.path)
        memory = Memory(commune=commune)
        scene = Scene(house=self.turns.house, memory=memory, language=language, now=self.turns.clock())
        return Asked(scene=scene, path=path, request=request)

    def _tag(self, asked: Asked) -> str:
        """Of all a page is made of: what is known, how it looks, the day, and where hours stand on it the minutes."""
        scene = asked.scene
        bucket = int(scene.now.timestamp()) // BUCKET_SECONDS if asked.path.startswith(addresses.COMMUNES) else 0
        parts = (self.turns.house.edition, look(), scene.today, bucket, scene.language, asked.path, self.site.origin)
        return f'"{hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:20]}"'

    def _kept_page(self, asked: Asked, make: Callable[[], str]) -> Response:
        """The page, made once while nothing it says changes; nothing at all where whoever asks has it."""
        tag = self._tag(asked)
        headers = {**PUBLIC, "ETag": tag}
        if holds(asked.request, tag):
            return Response(status_code=304, headers={**headers, **SAFE})
        if tag not in self._kept:
            self._kept[tag] = make()
            while len(self._kept) > KEPT_PAGES:
                self._kept.popitem(last=False)
        return answer(self._kept[tag], headers=headers)

    def _render(self, asked: Asked, template: str, /, **values: object) -> str:
        """A page that search engines may list."""
        given: dict[str, object] = {"description": "", "indexed": True, "canonical": asked.path, "linked": None}
        given |= {"commune": asked.scene.commune, "words": ""}
        return render(template, asked.scene, self.site, asked.path, **(given | values))

    # Pages

    async def _procedure(self, request: Request) -> Response:
        name, ward = request.path_params["name"], request.path_params.get("ward")
        commune = self.ward(ward) if ward is not None else None
        if ward is not None and commune is None:
            return self.nowhere(request, "web.no_commune")
        if ward is not None and ward != f"{commune:05}":
            return _moved(self.asked(request), addresses.procedure(name, commune))
        asked = self.asked(request, commune)
        if not asked.scene.listed(name):
            return self.nowhere(request, "web.no_procedure", name.replace("-", " "))
        if asked.path.endswith(addresses.MORE) and asked.scene.procedure(name) is None:
            return _moved(asked, asked.path.removesuffix(addresses.MORE), 303)
        return self._kept_page(asked, lambda: self._procedure_page(asked, name))

    def _procedure_page(self, asked: Asked, name: str) -> str:
        scene, entry = asked.scene, asked.scene.procedure(name)
        own = scene.commune and self.turns.house.knowledge.offices.get(scene.commune.code)
        canonical = asked.path if own or not scene.commune else addresses.procedure(name)
        if entry is None:
            listed = scene.house.knowledge.catalogue[name]
            return self._render(
                asked, "procedure.html", name=name, canonical=canonical, title=scene.tell(listed.name),
                lead=views.listed_only(scene, name), sections=[], end=(), portal=None, following=[], back="",
            )  # fmt: skip
        return self._in_two(asked, entry, {"name": name, "canonical": canonical, "title": scene.tell(entry.name)})

    def _in_two(self, asked: Asked, entry: Procedure, given: dict[str, object]) -> str:
        """One page, or the second of two: what would make it heavy stands there, from its end on."""
        scene, path = asked.scene, asked.path.removesuffix(addresses.MORE)
        first, found = replace(asked, path=path), views.sections(scene, entry)
        page, count = "", 0
        while not page or (len(page.encode()) > HEAVIEST and count < len(found)):
            shown, last = views.folded(found, path + addresses.MORE, count)
            page, count = self._first(first, entry, shown, given), count + 1
        if asked.path == path:
            return page
        parts = {"lead": (), "sections": last or found[-1:], "portal": None, "following": [], "indexed": False}
        back = {"back": path, "end": views.end(scene, entry, last)}
        return self._render(asked, "procedure.html", **(given | parts | back | {"canonical": path}))

    def _first(
        self, asked: Asked, entry: Procedure, shown: list[views.Section], given: dict[str, object]
    ) -> str:  # fmt: skip
        scene = asked.scene
        return self._render(
            asked, "procedure.html", description=scene.tell(entry.what_it_is), lead=views.lead(scene, entry),
            sections=shown, end=views.end(scene, entry, shown), back="",
            portal=entry.online.link if entry.online.level != "no" else None,
            following=views.following(scene, entry, scene.memory.commune), linked=self._linked(asked, entry), **given,
        )  # fmt: skip

    def _linked(self, asked: Asked, entry: Procedure) -> linked_data.Json:
        here = addresses.in_language(asked.path, asked.scene.language)
        return linked_data.service(asked.scene, entry, f"{self.site.origin}{here}")

    async def _commune(self, request: Request) -> Response:
        ward = request.path_params["ward"]
        code = self.ward(ward)
        if code is None:
            return self.nowhere(request, "web.no_commune")
        if ward != f"{code:05}":
            return _moved(self.asked(request), addresses.commune(code))
        asked = self.asked(request, code)
        return self._kept_page(asked, lambda: self._commune_page(asked))

    def _commune_page(self, asked: Asked) -> str:
        scene = asked.scene
        commune = scene.commune
        assert commune  # noqa: S101 - its code was looked up
        title = f"{commune.name}, {commune.province}"
        fields = [(name, listed) for _, name, listed in views.fields(scene, views.OFTEN, commune.code)]
        return self._render(
            asked,
            "commune.html",
            title=title,
            description=scene.say("web.commune_is", name=title),
            former=views.former_names(scene, commune),
            offices=views.offices(scene, commune),
            fields=fields,
            indexed=commune.code in self.turns.house.knowledge.offices,
        )

    async def _topics(self, request: Request) -> Response:
        asked = self.asked(request)
        title = asked.scene.say("web.procedures")
        return self._kept_page(
            asked,
            lambda: self._render(
                asked,
                "list.html",
                title=title,
                lead=(asked.scene.line("web.procedures_are"),),
                search=addresses.SEARCH,
                question="web.ask",
                groups=list(views.fields(asked.scene)),
            ),
        )

    async def _events(self, request: Request) -> Response:
        asked = self.asked(request)
        scene = asked.scene
        listed = [
            (addresses.event(name), scene.tell(one.name)) for name, one in scene.house.knowledge.life_events.items()
        ]
        return self._kept_page(
            asked,
            lambda: self._render(
                asked, "list.html", title=scene.say("web.events"), lead=(scene.line("event.choose"),), search=None,
                question="", groups=[("", "", listed)],
            ),
        )  # fmt: skip

    async def _event(self, request: Request) -> Response:
        asked, name = self.asked(request), request.path_params["name"]
        scene = asked.scene
        event = scene.house.knowledge.life_events.get(name)
        if event is None:
            return self.nowhere(request, "web.no_event")
        lead = ([Block(text=scene.tell(event.lead))] if event.lead else []) + [scene.line("event.path")]
        title = scene.tell(event.name)
        return self._kept_page(
            asked,
            lambda: self._render(
                asked, "event.html", title=title, description=title, lead=lead, steps=views.steps(scene, event)
            ),
        )

    async def _communes(self, request: Request) -> Response:
        """Every province, the communes of one, or those a name fits."""
        asked = self.asked(request)
        about = request.query_params.get("ve", "")
        about = about if asked.scene.listed(about) else ""
        province = addresses.ward_code(request.query_params.get("tinh", ""))
        if asked.words:
            return await asyncio.to_thread(self._communes_named, asked, about)
        scene = asked.scene
        if name := scene.house.knowledge.gazetteer.provinces.get(province or 0):
            found = views.communes_of(scene, province or 0)
            listed = [(_of_commune(one, about), one.name) for one in found]
            return answer(self._communes_page(asked, name, (), listed, about), headers=PUBLIC)
        title = scene.say("web.communes")
        lead = (scene.line("web.communes_are"),)
        return answer(self._communes_page(asked, title, lead, views.provinces(scene, about), about), headers=PUBLIC)

    def _communes_page(
        self, asked: Asked, title: str, lead: tuple[Block, ...], listed: list[tuple[str, str]], about: str
    ) -> str:
        return self._render(
            asked, "list.html", title=title, lead=lead, search=addresses.COMMUNES, question="web.commune_name",
            words=asked.words, groups=[("", "", listed)], about=about, indexed=not (asked.words or about),
            canonical=None if asked.words or about or asked.request.query_params else asked.path,
        )  # fmt: skip

    def _communes_named(self, asked: Asked, about: str) -> Response:
        """Those that the bot finds by what was typed."""
        scene = asked.scene
        visit = Visit(chat="web:-", kind=Kind.COMMAND, command="commune", text=asked.words)
        said = converse(visit, Memory(language=scene.language), self.turns.house, scene.now)
        known = scene.house.knowledge.gazetteer.communes
        if said.memory.commune:
            return _moved(asked, _of_commune(known[said.memory.commune], about), 303)
        buttons = [button for reply in said.replies for row in reply.buttons for button in row]
        listed = [(addresses.of_commune_button(button, about), button.label) for button in buttons]
        lead = tuple(block for reply in said.replies for block in reply.blocks)
        page = self._communes_page(asked, scene.say("web.communes"), lead, listed, about)
        return answer(page, 200 if listed else 404, headers={**PUBLIC, "X-Robots-Tag": "noindex"})

    async def _found(self, request: Request) -> Response:
        """What the bot would answer to these words; nothing of them is kept."""
        ward = self.ward(request.query_params.get("x", ""))
        asked = self.asked(request, ward)
        if not asked.words:
            return _moved(asked, addresses.TOPICS, 303)
        page = await asyncio.to_thread(self._found_page, asked)
        return answer(page, headers=PRIVATE)

    def _found_page(self, asked: Asked) -> str:
        scene = asked.scene
        spoke = None if scene.language is Language.VI else scene.language
        visit = Visit(chat="web:-", kind=Kind.TEXT, text=asked.words, interface_language=scene.language)
        memory = replace(scene.memory, spoke=spoke)
        said = converse(visit, memory, self.turns.house, scene.now)
        spoken = said.understanding.language if said.understanding else scene.language
        asked = replace(
            asked, scene=replace(scene, language=spoken, memory=replace(scene.memory, commune=said.memory.commune))
        )
        return self._render(
            asked, "found.html", title=scene.say("web.found"), words=asked.words, replies=said.replies, indexed=False,
            canonical=None, target=addresses.ASK, token="", problem="", typed="",
        )  # fmt: skip

    async def _privacy(self, request: Request) -> Response:
        asked = self.asked(request)
        scene = asked.scene
        kept = what_is_kept(scene, scene.house.knowledge.desk, agreed=False, visit=True)
        blocks = (*kept.blocks[1:-1], scene.line("web.privacy_visit"))
        return self._kept_page(
            asked,
            lambda: self._render(
                asked, "list.html", title=scene.say("privacy.title"), lead=blocks, search=None, question="", groups=[]
            ),
        )

    async def _gone(self, request: Request) -> Response:
        """What a browser keeps for when the network is gone: the same for everybody of a commune."""
        code = addresses.ward_code(request.path_params.get("ward", ""))
        asked = self.asked(request, code if code in self.turns.house.knowledge.gazetteer.communes else None)
        title = asked.scene.say("web.gone_title")
        return self._kept_page(asked, lambda: self._render(asked, "gone.html", title=title, indexed=False))

    # For machines

    async def _robots(self, _request: Request) -> Response:
        """Nothing of anybody's conversation is to be listed; everything public is."""
        closed = "".join(
            f"Disallow: {path}\n" for path in (addresses.OPEN, addresses.SEARCH, addresses.ASK, "/noi", "/tep")
        )
        return PlainTextResponse(f"User-agent: *\n{closed}\nSitemap: {self.site.origin}/sitemap.xml\n", headers=PUBLIC)

    async def _sitemaps(self, request: Request) -> Response:
        return await asyncio.to_thread(self._map, 0) or self.nowhere(request, "web.nowhere")

    async def _sitemap(self, request: Request) -> Response:
        found = await asyncio.to_thread(self._map, request.path_params["number"] or -1)
        return found or self.nowhere(request, "web.nowhere")

    def _map(self, number: int) -> Response | None:
        """A map of pages, or of maps (0); made once while what is known stays the same. None: there is none such."""
        if self._maps_of != self.turns.house.edition or not self._maps:
            self._maps_of, self._maps = self.turns.house.edition, [zlib.compress(m.encode()) for m in self._made_maps()]
        return _xml(zlib.decompress(self._maps[number])) if 0 <= number < len(self._maps) else None

    def _made_maps(self) -> Iterator[str]:
        """The map of maps, then each; some megabytes, which is why they are kept small."""
        listed, origin = self._listed(), self.site.origin
        firsts = range(0, len(listed), SITEMAP_SIZE)
        maps = "".join(f"<sitemap><loc>{origin}/sitemap-{n}.xml</loc></sitemap>" for n in range(1, len(firsts) + 1))
        yield f'<sitemapindex xmlns="{SITEMAPS}">{maps}</sitemapindex>'
        for first in firsts:
            part = listed[first : first + SITEMAP_SIZE]
            found = (f"{origin}{addresses.in_language(path, one)}" for path in part for one in Language)
            urls = "".join(f"<url><loc>{address}</loc></url>" for address in found)
            yield f'<urlset xmlns="{SITEMAPS}">{urls}</urlset>'

    def _listed(self) -> list[str]:
        """Pages that say something of their own: a procedure in a commune only where its offices are known."""
        known = self.turns.house.knowledge
        names = list(known.catalogue)
        entries = [name for name in names if name in known.procedures]
        return [
            "/",
            addresses.TOPICS,
            addresses.EVENTS,
            addresses.COMMUNES,
            *map(addresses.procedure, names),
            *map(addresses.event, known.life_events),
            *map(addresses.commune, known.offices),
            *(addresses.procedure(name, code) for code in known.offices for name in entries),
        ]

    # What leads nowhere

    async def _missing(self, request: Request) -> Response:
        path = request.url.path
        if len(path) > 1 and path.endswith("/") and request.method in ("GET", "HEAD"):
            return RedirectResponse("/" + path.strip("/"), 308)
        return self.nowhere(request, "web.nowhere")

    def nowhere(self, request: Request, key: str, words: str = "") -> Response:
        asked = self.asked(request)
        scene = asked.scene
        page = self._render(
            replace(asked, path="/"), "message.html", title=scene.say("web.missing"), lines=[scene.say(key)],
            words=words[:MAX_WORDS], indexed=False, canonical=None,
        )  # fmt: skip
        return answer(page, 404, {"Cache-Control": "no-store"})

    def ward(self, text: str) -> int | None:
        code = addresses.ward_code(text)
        return code if code in self.turns.house.knowledge.gazetteer.communes else None


def _guarded(handle: Handler) -> Handler:
    """`?lang=en` leads to the page's own address in that language."""

    async def handled(request: Request) -> Response:
        wanted = request.query_params.get("lang", "")
        if wanted not in list(Language):
            return await handle(request)
        _, path = addresses.split_language(request.url.path)
        rest = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
        target = request.url.replace(path=addresses.in_language(path, Language(wanted))).replace_query_params()
        query = request.url.remove_query_params("lang").query if rest else ""
        return RedirectResponse(f"{target.path}{'?' if query else ''}{query}", 301)

    return handled


def _script(content: bytes) -> Handler:
    async def serve(_request: Request) -> Response:
        return Response(content, media_type="text/javascript", headers={**FOREVER, **SAFE})

    return serve


async def _worker(_request: Request) -> Response:
    """Asked for again each time: a mistake in it must not stay in browsers for ever."""
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": WORKERS, **SAFE}
    return Response(worker(), media_type="text/javascript", headers=headers)


def _moved(asked: Asked, path: str, status: int = 301) -> Response:
    return RedirectResponse(addresses.in_language(path, asked.scene.language), status)


def _xml(body: bytes) -> Response:
    text = b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"
    return Response(text, media_type="application/xml", headers={**PUBLIC, **SAFE})


def _of_commune(commune: Commune, about: str) -> str:
    return addresses.procedure(about, commune.code) if about else addresses.commune(commune.code)
