"""Pages that anybody reads without a session: what they say, to whom, and what they cost."""

import json
import re
from dataclasses import replace

import pytest

from bot.doors.web.public import HEAVIEST
from tests.web import Page, browsed, pages

pytestmark = pytest.mark.only_on("sqlite", "these pages ask the database nothing")
PROCEDURE = "/t/dang-ky-khai-sinh"


@browsed
async def test_a_procedure_is_told_whole_in_three_languages_without_a_cookie(web):
    for path, title, papers in (
        (PROCEDURE, "Đăng ký khai sinh", "Giấy tờ"),
        (f"/en{PROCEDURE}", "birth", "Papers"),
        (f"/id{PROCEDURE}", "kelahiran", "Dokumen"),
    ):
        answer = await web.get(path)
        page = Page(answer)
        assert answer.status_code == 200
        assert title.lower() in page.text.lower()
        assert papers in page.text
        assert "set-cookie" not in answer.headers
        assert f'<link rel="canonical" href="{path}">' in page.head
        assert len(re.findall('rel="alternate"', page.head)) == 3


@browsed
async def test_lang_chooses_the_page_of_that_language(web):
    answer = await web.get(f"{PROCEDURE}?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (301, f"/en{PROCEDURE}")
    answer = await web.get(f"/en{PROCEDURE}?lang=vi")
    assert answer.headers["location"] == PROCEDURE


@browsed
async def test_a_ward_is_found_by_its_code_with_zeros_or_without(web):
    assert (await web.get("/x/8")).headers["location"] == "/x/00008"
    page = Page(await web.get("/x/00008"))
    assert "Phường Ngọc Hà, Thành phố Hà Nội" in page.text
    assert "Số 248 phố Kim Mã" in page.text
    assert "Hôm nay là ngày làm việc" in page.text
    assert 'href="tel:0241022"' in page.head  # the commune's own number, where every page has one
    assert 'href="/x/00008/dang-ky-khai-sinh"' in page.html


@browsed
async def test_a_procedure_in_a_commune_says_its_office(web):
    page = Page(await web.get("/x/00008/dang-ky-khai-sinh"))
    assert "Số 248 phố Kim Mã" in page.text
    assert '<link rel="canonical" href="/x/00008/dang-ky-khai-sinh">' in page.head
    linked = json.loads(re.search(r"ld\+json\">(.*?)</script>", page.head, re.DOTALL)[1])
    assert linked["@type"] == "GovernmentService"
    assert linked["areaServed"]["name"] == "Phường Ngọc Hà, Thành phố Hà Nội"
    assert linked["availableChannel"][-1]["serviceLocation"]["telephone"] == "024.1022 (nhánh 7, 8)"


@browsed
async def test_a_commune_of_which_nothing_is_known_points_to_the_page_of_all(web, content):
    known = content.knowledge
    code = next(code for code in known.gazetteer.communes if code not in known.offices)
    page = Page(await web.get(f"/x/{code:05}/dang-ky-khai-sinh"))
    assert f'<link rel="canonical" href="{PROCEDURE}">' in page.head
    assert "noindex" in Page(await web.get(f"/x/{code:05}")).head


@browsed
async def test_who_has_a_page_is_not_sent_it_again_until_something_changed(web, turns, clock):
    first = await web.get(PROCEDURE)
    again = await web.get(PROCEDURE, **{"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age" in first.headers["cache-control"]
    clock.pass_(86_400)
    assert (await web.get(PROCEDURE, **{"If-None-Match": first.headers["etag"]})).status_code == 200


@browsed
async def test_saved_knowledge_changes_the_page_at_once(web, turns):
    from dataclasses import replace

    first = await web.get(PROCEDURE)
    entry = turns.house.knowledge.procedures["dang-ky-khai-sinh"]
    name = entry.name.model_copy(update={"vi": "Khai sinh cho cháu bé"})
    entries = {**turns.house.knowledge.procedures, entry.id: entry.model_copy(update={"name": name})}
    turns.house = replace(turns.house, knowledge=replace(turns.house.knowledge, procedures=entries), version="next")
    again = await web.get(PROCEDURE, **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 200
    assert "Khai sinh cho cháu bé" in again.text


@pytest.mark.parametrize(
    "path",
    [
        "/t/khong-co",
        "/x/99999",
        "/x/00008/khong-co",
        "/su-kien/xyz",
        "/wp-login.php",
        "/y/a/b",
        "/%ff%00",
    ],
)
@browsed
async def test_what_leads_nowhere_says_so_and_where_to_go_on(web, path):
    answer = await web.get(path)
    page = Page(answer)
    assert answer.status_code == 404
    assert "Không có trang này" in page.text
    assert page.form("/hoi")
    assert answer.headers["cache-control"] == "no-store"


@browsed
async def test_a_slash_too_many_leads_to_the_page_and_never_to_another_site(web):
    answer = await web.get("/t/")
    assert (answer.status_code, answer.headers["location"]) == (308, "/t")
    assert (await web.get(f"{web.url}//evil.example/")).headers["location"] == "/evil.example"


@browsed
async def test_search_is_what_the_bot_would_answer(web, turns):
    for path in ("/tim?q=mất bóp rồi giờ sao", "/hoi?q=mất bóp rồi giờ sao&x=00008"):
        answer = await web.get(path)
        page = Page(answer)
        assert "Mất giấy tờ" in page.text
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert "mất bóp rồi giờ sao" in page.html
    assert 'href="/x/00008/' in page.html
    with turns.database.look() as connection:
        from bot.store import inbox

        assert inbox.count(connection) == {}  # nobody's question was kept


@browsed
async def test_a_commune_is_found_by_the_name_people_use(web):
    assert (await web.get("/x?q=phường ngọc hà, hà nội")).headers["location"] == "/x/00008"
    page = Page(await web.get("/x?q=cống vị"))
    assert "Phường Giảng Võ" in page.text
    assert "/x/00008" in page.html
    page = Page(await web.get("/x?q=cống vị&ve=dang-ky-khai-sinh"))
    assert "/x/00008/dang-ky-khai-sinh" in page.html
    assert (await web.get("/x?q=qqqqzzz")).status_code == 404


@browsed
async def test_machines_find_every_page_that_says_something_of_its_own(web, content):
    robots = (await web.get("/robots.txt")).text
    assert "Disallow: /y\n" in robots
    assert "Sitemap: /sitemap.xml" in robots
    index = (await web.get("/sitemap.xml")).text
    first = (await web.get(re.search(r"<loc>(.*?)</loc>", index)[1])).text
    assert "<loc>/t/dang-ky-khai-sinh</loc>" in first
    assert "<loc>/en/t/dang-ky-khai-sinh</loc>" in first
    assert first.count("<loc>") <= 50_000
    assert (await web.get("/sitemap-99.xml")).status_code == 404


@browsed
async def test_papers_to_bring_have_a_box_and_what_need_not_be_brought_has_none(web):
    page = await web.get(PROCEDURE)
    papers = page.text.partition('id="documents"')[2].partition("</section>")[0]
    boxed, _, without = papers.partition("Không cần mang")
    assert '<ul class="box">' in boxed
    assert '<ul class="box">' not in without
    assert "@media print" in page.text


@pytest.mark.only_on("sqlite", "no database is asked")
@browsed
async def test_every_procedure_is_light_and_what_it_folds_is_one_touch_away(web, content):
    """In a commune, where most is said of it; `make bench` weighs the other languages, too."""
    folded = 0
    for name, entry in content.knowledge.procedures.items():
        page = await web.get(f"/x/00008/{name}")
        assert len(page.content) <= HEAVIEST, name
        if f'href="/x/00008/{name}/them#law"' in page.text:
            folded += 1
            rest = await web.get(f"/x/00008/{name}/them")
            assert len(rest.content) <= HEAVIEST, name
            assert entry.name.vi in rest.text
            assert 'id="law"' in rest.text
            assert 'id="law"' in page.text
    assert 0 < folded < len(content.knowledge.procedures)
    for name in content.knowledge.procedures:
        if "/them" not in (await web.get(f"/t/{name}")).text:
            assert 'id="law"' in (await web.get(f"/t/{name}/them")).text  # an old link to what fits again
            break
    assert (await web.get("/t/khong-co/them")).status_code == 404


async def _all_pages(web):
    for path in ("/", "/t", PROCEDURE, "/x", "/x/00008", "/x/00008/dang-ky-khai-sinh", "/su-kien", "/su-kien/sinh-con",
                 "/tim?q=khai sinh", "/y", "/quyen-rieng-tu", "/khong-co"):  # fmt: skip
        yield path, await web.get(path)


@browsed
async def test_every_page_is_light_strict_and_has_the_same_way_to_a_person(web):
    async for path, answer in _all_pages(web):
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy, path
        assert "default-src 'none'" in policy
        assert ":" not in policy  # no other origin
        assert answer.text.count("<style>") == 1
        assert " style=" not in answer.text
        assert not re.search(r"\son\w+=", answer.text), path
        assert len(answer.content) <= HEAVIEST, path
        assert answer.text.index('class="call"') < answer.text.index("<main"), path
    assert "<script" not in (await web.get("/")).text


def test_a_trial_says_so_on_every_page(turns):
    import asyncio

    async def story():
        turns.house = replace(turns.house, trial=True)
        async with pages(turns) as web:
            async for path, answer in _all_pages(web):
                assert turns.house.catalogs["vi"].say("web.trial") in answer.text, path

    asyncio.run(story())
