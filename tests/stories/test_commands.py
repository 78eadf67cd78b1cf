"""Commands, communes, topics and buttons that are old or hostile."""

import pytest

from bot.store.tables import chats, inbox, outbox
from tests.cast import BUDI, EMMA, HOA, LAN, NGOC_HA, STRANGER
from tests.stage import played

pytestmark = pytest.mark.only_on("sqlite", "what is said does not depend on where it is remembered")


@played
async def test_start_says_what_it_is_and_asks_the_commune_once(play):
    await play.hears(LAN.says("/start"))
    assert play.say("start.machine") in play.said(LAN)[0]
    assert play.said(LAN)[1] == play.say("start.commune")
    await play.hears(LAN.says("Thường Tín"))
    assert "Xã Thường Tín" in play.said(LAN)[-1]
    await play.hears(LAN.says("/start"))
    assert len(play.said(LAN)) == 4


@played
async def test_start_speaks_the_language_of_the_app(play):
    await play.hears(EMMA.says("/start"), BUDI.says("/start"))
    assert play.say("start.machine", "en") in play.said(EMMA)[0]
    assert play.say("start.machine", "id") in play.said(BUDI)[0]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Thường Tín", "Xã Thường Tín"),
        ("xa thuong tin", "Xã Thường Tín"),
        ("TT. Phù Yên", "Xã Phù Yên"),
        ("p. trúc bạch, ba đình", "Phường Ba Đình"),
        ("thuong tinn", "Xã Thường Tín"),
    ],
)
def test_a_commune_is_found_by_any_of_its_names(turns, typed, expected):
    @played
    async def story(play):
        await play.hears(LAN.says(f"/commune {typed}"))
        assert expected in play.said(LAN)[-1]

    story(turns)


@played
async def test_a_former_name_tells_of_the_change(play):
    await play.hears(LAN.says("/commune phường Trúc Bạch"))
    assert "01/07/2025" in play.said(LAN)[-1]


@played
async def test_whoever_is_asked_for_a_commune_may_say_something_else(play):
    """“xin chào” is nearly the name of a commune, Xín Chải."""
    await play.hears(LAN.says("/commune"), LAN.says("xin chào"))
    assert play.said(LAN)[-1] == play.say("talk.greeting")
    await play.hears(LAN.says("phuong ngoc haa"))
    assert "Ngọc Hà" in play.said(LAN)[-1]


@played
async def test_several_of_one_name_are_asked_with_their_province(play):
    await play.hears(LAN.says("/commune tân phú"))
    labels = [button["text"] for button in play.buttons(LAN)]
    assert "Xã Tân Phú, Tỉnh Nghệ An" in labels
    assert "Phường Tân Phú, Thành phố Hồ Chí Minh" in labels


@played
async def test_an_unknown_name_is_said_to_be_unknown(play):
    await play.hears(LAN.says("/commune xyzzy quux"))
    assert "xyzzy quux" in play.said(LAN)[-1]


@played
async def test_topics_are_browsed_in_place(play):
    await play.hears(LAN.says("/topics"))
    assert "topic:civil_status:0" in [button["callback_data"] for button in play.buttons(LAN)]
    await play.hears(LAN.presses("topic:civil_status:0"))
    assert play.last(LAN)["method"] == "editMessageText"
    assert "answer:dang-ky-khai-sinh:overview" in [b["callback_data"] for b in play.buttons(LAN)]


@pytest.mark.parametrize("code", ["en", "EN", "en-GB", "english"])
def test_language_codes_are_read_kindly(turns, code):
    @played
    async def story(play):
        await play.hears(LAN.says(f"/language {code}"))
        assert play.said(LAN)[-1] == play.say("language.set", "en")

    story(turns)


@played
async def test_an_unknown_language_offers_ours(play):
    await play.hears(LAN.says("/language klingon"))
    assert {b["callback_data"] for b in play.buttons(LAN)} == {"language:vi", "language:en", "language:id"}


@pytest.mark.parametrize(
    "action",
    ["answer:khong-co:fee", "answer:dang-ky-khai-sinh", "commune:99999", "commune:-1", "topic:civil_status:999999",
     "topic:nope:0", "x" * 64, "answer::", "language:", "ữ" * 21, "commune:٣"],
)  # fmt: skip
def test_hostile_buttons_get_a_clear_answer(turns, action):
    @played
    async def story(play):
        await play.hears(STRANGER.presses(action))
        assert len(play.said(STRANGER)) == 1

    story(turns)


@played
async def test_an_unknown_command_lists_the_known_ones(play):
    await play.hears(LAN.says("/nonsense"))
    assert "/topics" in play.said(LAN)[-1]


@played
async def test_a_name_that_fits_two_is_asked_and_never_kept(play):
    await play.hears(LAN.says("/commune Xã Tân Phú"))
    assert "Xã Tân Phú, Thành phố Đồng Nai" in [button["text"] for button in play.buttons(LAN)]
    await play.hears(LAN.says("/commune"))
    assert play.said(LAN)[-1] == play.say("commune.ask")
    await play.hears(LAN.says("/commune Xã Tân Phú, Đồng Nai"), LAN.says("/commune"))
    assert "Xã Tân Phú, Thành phố Đồng Nai" in play.said(LAN)[-1]


@played
async def test_a_name_spelt_otherwise_is_asked_and_a_district_shows_its_communes(play):
    await play.hears(LAN.says("/commune phuong ngoc haa"))
    asked = play.say("commune.spelling", typed="ngoc haa", name="Phường Ngọc Hà", province="Thành phố Hà Nội")
    assert play.said(LAN)[-1] == asked
    await play.hears(LAN.says("/commune quận 3"))
    assert play.say("commune.district", district="Quận 3") in play.said(LAN)[-1]
    assert [button["text"].split(",")[0] for button in play.buttons(LAN)].count("Phường Bàn Cờ") == 1
    await play.hears(STRANGER.says("/commune"))
    assert play.said(STRANGER)[-1] == play.say("commune.ask")


@played
async def test_ones_own_commune_is_meant_by_a_name_that_others_have_too(play):
    await play.hears(LAN.says("/commune Xã Tân Phú, Đồng Nai"))
    await play.hears(LAN.says("đăng ký khai sinh ở xã Tân Phú thì ra đâu"))
    assert play.say("commune.several", typed="tân phú") not in play.said(LAN)[-1]
    await play.hears(EMMA.says("đăng ký khai sinh ở xã Tân Phú thì ra đâu"))
    assert play.say("commune.several", typed="tân phú") in play.said(EMMA)[-1]


@played
async def test_a_poster_sets_the_commune(play):
    await play.hears(LAN.says("/start c00008"))
    (said,) = play.said(LAN)
    assert "Phường Ngọc Hà" in said
    await play.hears(LAN.says("/commune"))
    assert "Phường Ngọc Hà" in play.said(LAN)[-1]


@played
async def test_a_poster_opens_the_answer(play):
    await play.hears(LAN.says("/start c00008_dang-ky-khai-sinh"))
    hello, answered = play.said(LAN)
    assert "Phường Ngọc Hà" in hello
    assert "khai sinh" in answered.lower()
    await play.hears(LAN.says("mất bao lâu"))
    assert "Việc: Đăng ký khai sinh" in play.said(LAN)[-1]


@pytest.mark.parametrize(
    "payload", ["c99999", "c", "x00008", "c00008x", "c٠٠٠٠٨", "c000000008", "_dang-ky-khai-sinh", "c-8"]
)
@played
async def test_a_poster_that_names_no_commune_is_a_start(play, payload):
    await play.hears(LAN.says(f"/start {payload}"))
    assert play.said(LAN)[-1] == play.say("start.commune")


@played
async def test_a_poster_of_a_procedure_that_is_none_still_sets_the_commune(play):
    await play.hears(LAN.says("/start c00008_khong-co-viec-nay"), LAN.says("/commune"))
    assert len(play.said(LAN)) == 2
    assert "Phường Ngọc Hà" in play.said(LAN)[-1]


@played
async def test_a_place_on_the_map_is_answered_with_the_communes_near_it_to_be_confirmed(play, database):
    await play.hears(LAN.sends(location={"latitude": 21.036, "longitude": 105.822}))
    offered = {one["text"]: one["callback_data"] for one in play.buttons(LAN)}
    assert "Phường Ngọc Hà, Thành phố Hà Nội" in list(offered)[:2]
    assert len(offered) == 5
    await play.hears(LAN.presses(offered["Phường Ngọc Hà, Thành phố Hà Nội"]), LAN.says("/commune"))
    assert "Phường Ngọc Hà" in play.said(LAN)[-1]
    there = {"latitude": 16.05, "longitude": 108.2}
    await play.hears(LAN.sends(venue={"location": there, "title": "Chợ", "address": "x"}, location=there))
    assert all("Đà Nẵng" in one["text"] for one in play.buttons(LAN))
    with database.look() as connection:
        kept = [connection.execute(one.select()).all() for one in (chats, inbox, outbox)]
    assert "21.03" not in str(kept)


@played
async def test_a_place_that_is_near_none_is_said_to_be_and_the_name_is_asked(play):
    await play.hears(LAN.sends(location={"latitude": 48.85, "longitude": 2.35}), LAN.says("Ngọc Hà, Hà Nội"))
    assert play.said(LAN)[0] == play.say("attachment.location")
    assert "Phường Ngọc Hà" in play.said(LAN)[1]


@played
async def test_what_is_not_in_the_menu_is_behind_the_buttons_of_help(play):
    await play.hears(LAN.says("/help"))
    for name in ("request", "my", "status", "privacy", "mydata", "forget"):
        await play.hears(LAN.says("/help"), LAN.presses(f"do:{name}"))
        assert play.said(LAN)[-1] != play.say("button.old"), name
    assert play.server.files[LAN.id]
    await play.hears(LAN.presses("do:queue"))
    assert play.said(LAN)[-1] == play.say("staff.only")
    await play.hears(LAN.presses("do:join"))
    assert play.said(LAN)[-1] == play.say("button.old")


@played
async def test_officers_find_theirs_behind_help(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(HOA.says("/help"))
    shown = {b["callback_data"] for m in play.server.sent[HOA.id][-2:] for row in
             m.get("reply_markup", {}).get("inline_keyboard", []) for b in row if "callback_data" in b}  # fmt: skip
    assert {"do:queue", "do:stats", "do:away", "do:forget"} <= shown
    await play.hears(HOA.presses("do:queue"))
    assert code in play.said(HOA)[-1]
    await play.hears(NGOC_HA.presses(HOA, "do:queue"))
    assert code in play.said(NGOC_HA)[-1]
