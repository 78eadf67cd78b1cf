"""Vietnamese from before Unicode is read; what is in Unicode is left alone."""

import pytest

from bot.understanding.legacy import from_legacy
from tests.cast import HUNG, LAN
from tests.stage import played

SAID = "đăng ký thường trú cần giấy gì"


@pytest.mark.parametrize(("typed", "read"), [
    ("Ñaêng kyù thöôøng truù caàn giaáy gì", "Đăng ký thường trú cần giấy gì"),
    ("®¨ng ký th­êng tró cÇn giÊy g×", SAID),
    ("dda(ng ky' thu+o+`ng tru' ca^`n gia^'y gi`", SAID),
    ("Toâi muoán ñoåi theû caên cöôùc, leä phí bao nhieâu?", "Tôi muốn đổi thẻ căn cước, lệ phí bao nhiêu?"),
    ("T«i muèn ®æi thÎ c¨n c­íc, lÖ phÝ bao nhiªu?", "Tôi muốn đổi thẻ căn cước, lệ phí bao nhiêu?"),
    ("To^i muo^'n ddo^?i the? ca(n cu+o+'c, le^. phi' bao nhie^u?", "Tôi muốn đổi thẻ căn cước, lệ phí bao nhiêu?"),
    ("Giaáy chöùng nhaän ñoäc thaân", "Giấy chứng nhận độc thân"),
    ("GiÊy chøng nhËn ®éc th©n", "Giấy chứng nhận độc thân"),
])  # fmt: skip
def test_old_encodings_are_read(typed, read):
    assert from_legacy(typed) == read


@pytest.mark.parametrize("typed", [
    "Đăng ký thường trú cần giấy gì?", "hoà giải, hoá đơn, toán học ở phường nào", "không dấu cũng được", "",
    "what's needed (for a passport)? it's urgent.", "C++ và nhóm máu O+", "Müller, Núñez, café", "a+b (x) 2^3",
    "berapa biaya akta kelahiran?", "km² · 5 µm ®", "ai ơi… em hỏi: “thẻ” – «giấy»", "chuyển hộ khẩu về quê ạ.",
])  # fmt: skip
def test_unicode_is_left_alone(typed):
    assert from_legacy(typed) == typed


@pytest.mark.only_on("sqlite", "what is understood does not depend on where it is kept")
@pytest.mark.parametrize("typed", [
    "Ñaêng kyù thöôøng truù caàn giaáy gì", "®¨ng ký th­êng tró cÇn giÊy g×",
    "dda(ng ky' thu+o+`ng tru' ca^`n gia^'y gi`",
])  # fmt: skip
def test_they_get_the_same_answer(turns, typed):
    @played
    async def story(play):
        await play.hears(LAN.says(SAID), HUNG.says(typed))
        assert "thường trú" in play.said(LAN)[0]
        assert play.said(HUNG) == play.said(LAN)

    story(turns)
