"""The offices: their addresses are of today, or said not to be."""

import re

import pytest

from tests.cast import LAN
from tests.stage import played

pytestmark = pytest.mark.only_on("sqlite", "what is said does not depend on where it is remembered")

LANDMARK = re.compile(r"\([^)]*\)|(?:trụ sở|kho bạc|UBND)[^,;]*|tỉnh lộ|huyện lộ|bà huyện thanh quan", re.IGNORECASE)
BEFORE = re.compile(r"\b(?:quận|huyện|thị xã|thị trấn)\s+\w|\btỉnh (?:bình dương|bà rịa)", re.IGNORECASE)


def test_an_address_in_the_names_of_before_is_marked(content):
    unmarked = [
        (code, office.address)
        for code, offices in content.knowledge.offices.items()
        for office in offices
        if office.address and BEFORE.search(LANDMARK.sub("", office.address)) and not office.names_before
    ]
    assert [code for code, _ in unmarked if code not in {11581, 20965}] == []  # landmarks told in other words
    marked = [one for offices in content.knowledge.offices.values() for one in offices if one.names_before]
    assert len(marked) >= 118


@played
async def test_an_address_in_the_names_of_before_is_said_to_be_so(play):
    await play.hears(LAN.says("/commune Xã Tà Hộc, Sơn La"), LAN.says("đăng ký khai sinh ở đâu"))
    assert "ghi theo tên" in "".join(play.said(LAN))
    await play.hears(LAN.says("/commune Phường Ngọc Hà, Hà Nội"), LAN.says("đăng ký khai sinh ở đâu"))
    assert "ghi theo tên" not in play.said(LAN)[-1]


@played
async def test_what_is_odd_in_an_office_is_told_or_left_out(play):
    await play.hears(LAN.says("/commune Xã Tả Van, Lào Cai"), LAN.says("/commune"))
    offices = play.turns.house.knowledge.offices
    assert "Cầu Mây" in offices[3037][0].note
    assert [one.address for one in offices[8716]][1] is None
    assert offices[17713][0].hours == ()
    assert offices[4136][0].names_before
