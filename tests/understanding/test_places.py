"""Places: every commune of Vietnam by its name, however it is typed; and no place where none was said."""

import re
import unicodedata

import pytest

from bot.understanding.engine import understand
from bot.understanding.fold import clean, fold, words
from bot.understanding.places import find_exactly, find_mention
from bot.understanding.result import Context, Doubt

pytestmark = [pytest.mark.only_on("sqlite", "nothing is stored"), pytest.mark.xdist_group("blind")]

KIND = re.compile("(Phường|Xã|Đặc khu|Tỉnh|Thành phố) ")


def bare(name):
    return KIND.sub("", name, count=1)


def plain(text):
    return "".join(fold(letter) if letter.isalpha() else letter for letter in text.lower())


ALONE = {
    "official": lambda name, of: f"{name}, {of}",
    "decomposed": lambda name, of: unicodedata.normalize("NFD", f"{name}, {of}"),
    "without accents": lambda name, of: plain(f"{name} {of}"),
    "without kinds": lambda name, of: f"{bare(name)}, {bare(of)}",
    "with neither": lambda name, of: plain(f"{bare(name)}, {bare(of)}"),
}
WITHIN = {
    "in lower case": lambda name, of: f"em ở {name} {bare(of)} thì làm căn cước ở đâu".lower(),
    "without accents": lambda name, of: plain(f"em ở {name} {bare(of)} thì làm căn cước ở đâu"),
    "without kinds": lambda name, of: f"đăng ký thường trú ở {bare(name)}, {bare(of)} thì ra đâu",
    "in capitals": lambda name, of: f"nhà em ở {name}, {of} thì khai sinh ở đâu".upper(),
    "without province": lambda name, _: f"làm khai sinh ở {name.lower()} thì ra đâu",
}


def mentioned(engine, text):
    cleaned = clean(text).lower()
    mention = find_mention(cleaned, words(cleaned), engine.places, engine.ordinary)
    return mention.place if mention else None


def shares(house, form, find):
    """Of all communes those that are certain and those that are asked with others, in percent. None may be another."""
    certain, asked, another = 0, 0, []
    for commune in house.knowledge.gazetteer.communes.values():
        place = find(form(commune.name, commune.province))
        if place and commune.code not in [found.ward_code for found in place.candidates]:
            another.append((commune.name, commune.province, place.candidates[0].name))
        elif place:
            certain, asked = certain + bool(place.certain), asked + (place.certain is None)
    assert another == []
    return certain / 33.21, asked / 33.21


@pytest.mark.parametrize("form", ALONE)
def test_every_commune_is_found_by_its_name(house, form):
    certain, asked = shares(house, ALONE[form], lambda text: find_exactly(text, house.engine.places))
    assert certain >= 99
    assert certain + asked >= 99.9


@pytest.mark.parametrize("form", WITHIN)
def test_every_commune_is_found_within_a_sentence(house, form):
    certain, asked = shares(house, WITHIN[form], lambda text: mentioned(house.engine, text))
    assert certain >= (80 if form == "without province" else 99)  # 580 names are those of two communes
    assert certain + asked >= 99.9


def test_a_former_address_leads_to_all_that_took_it_over(house):
    wrong = []
    for former in house.knowledge.gazetteer.former[::4]:
        place = find_exactly(f"{former.name}, {former.district}, {former.province}", house.engine.places)
        found = {one.ward_code for one in place.candidates} if place else set()
        if former.became and not {*former.became} <= found:
            wrong.append((former.name, former.district))
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Xã Tân Phú, Đồng Nai", 26116),
        ("làm căn cước ở phường Láng, Hà Nội", 199),
        ("đăng ký thường trú ở Phường Sơn Tây, Hà Nội thì ra đâu", 9574),
        ("Phường Đúc, Huế", 19789),
        ("tôi ở xã Bát Xát, Lào Cai", 2683),
        ("đăng ký thường trú ở Xã Thạnh Mĩ, Đà Nẵng thì ra đâu", 20695),
        ("ở phường phương liệt thì làm ở đâu", 352),
        ("phuong phuong liet, ha noi", 352),
        ("PHƯỢNG DỰC, HÀ NỘI", 10279),
        ("xã tràng xá", 5746),
        ("Hanoi, phường Láng", 199),
        ("xã EaH'leo", 24184),
        ("xa ea hleo dak lak", 24184),
        ("xã Đắc Pơ", 23995),
        ("I live in Di An ward, Ho Chi Minh City", 25942),
        ("Tan Phu commune, Dong Nai province", 26116),
        ("đặc khu Côn Đảo, tỉnh Bà Rịa - Vũng Tàu", 26732),
    ],
)
def test_a_name_is_read_in_any_spelling(house, text, code):
    assert mentioned(house.engine, text).certain.ward_code == code


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("phường Cống Vị", {"Phường Ngọc Hà", "Phường Giảng Võ"}),
        ("quận 3", {"Phường Bàn Cờ", "Phường Xuân Hòa", "Phường Nhiêu Lộc"}),
        ("huyện Nhà Bè", {"Xã Nhà Bè", "Xã Hiệp Phước"}),
        ("p5 q3", {"Phường Bàn Cờ"}),
        ("phường 05, quận 3, TP HCM", {"Phường Bàn Cờ"}),
        ("xã Tân Lập cũ, huyện Đan Phượng", {"Xã Ô Diên", "Xã Hoài Đức"}),
        ("p. trúc bạch, ba đình", {"Phường Ba Đình"}),
        ("xa thanh an, tphcm", {"Xã Thanh An", "Xã Thạnh An"}),
    ],
)
def test_what_was_before_leads_to_what_is_today(house, text, names):
    assert {found.name for found in find_exactly(text, house.engine.places).candidates} == names


@pytest.mark.parametrize(
    "text",
    ["phường Đào Duy Tư, Ninh Bình", "phuong ngoc haa", "Tân Phú 2, Đồng Nai", "xã Tân Phù, Đồng Nai", "Lào Cai"],
)
def test_what_is_not_certain_is_asked(house, text):
    place = find_exactly(text, house.engine.places)
    assert place.candidates
    assert place.certain is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12 Nguyễn Trãi, Phường Ba Đình, Hà Nội, Việt Nam", 4),
        ("Ba Đình, Hà Nội 100000, Vietnam", 4),
        ("thôn Đoài, xã Đông Anh, TP Hà Nội", 454),
        ("ĐK Phú Quốc, An Giang", 31078),
    ],
)
def test_an_address_as_a_map_writes_it_is_read(house, text, code):
    assert find_exactly(text, house.engine.places).certain.ward_code == code


def test_a_question_before_a_place_is_no_address(house):
    assert find_exactly("2 vợ chồng em muốn ly hôn, phường Bến Thành", house.engine.places, guess=False) is None


def test_two_places_in_one_message_are_asked_about(house):
    place = mentioned(house.engine, "chuyển từ phường Láng, Hà Nội về xã Bát Xát, Lào Cai thì làm ở đâu")
    assert place.doubt is Doubt.SEVERAL_SAID
    assert {found.ward_code for found in place.candidates} == {199, 2683}


@pytest.mark.parametrize(
    "text",
    [
        "vneid mức 2 tại nhà bằng điện thoại",
        "vneid muc 2 lam tai nha bang dien thoai duoc khong",
        "ra xã đóng dấu",
        "xã làm khai sinh chưa",
        "công an xã gọi lên",
        "nhà em ở xa trung tâm",
        "hộ khẩu từ Sơn La chuyển về",
        "đơn gửi chủ tịch xã 2 tháng chưa trả lời",
        "phường nào làm được",
        "đi thi hoa hậu cần giấy gì",
        "con tôi tên Nguyễn Minh Tân",
        "quê tôi ở Hà Nội",
        "hợp tác xã Đồng Tâm họp bầu giám đốc",
    ],
)
def test_everyday_words_are_no_place(house, text):
    assert mentioned(house.engine, text) is None
    assert mentioned(house.engine, text.upper()) is None


def test_hardly_any_phrase_names_a_place(house, content):
    phrases = content.intents.phrases[::5]
    found = [one.text for one in phrases if (place := mentioned(house.engine, one.text)) and place.certain]
    assert len(found) <= len(phrases) / 1_000, found


def test_the_question_stays_when_its_place_is_taken_out(house):
    read = understand("lệ phí đăng ký kết hôn ở phường Tân Phú, quận 7, TP HCM", Context(), house.engine)
    assert read.procedures[0].id == "dang-ky-ket-hon"
    assert read.place.certain.name == "Phường Tân Mỹ"
