"""Days and times at which people ask whether somebody is there."""

import datetime as dt

import pytest

from bot.understanding.fold import fold, low_words
from bot.understanding.moments import Moment, moment_asked


def asked(text, house):
    typed = low_words(text)
    return moment_asked(text, typed, tuple(map(fold, typed)), house.engine.entries.moments)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("sáng thứ bảy tôi ra công an nộp giấy được không", Moment(weekday="sat", time=dt.time(9))),
        ("chu nhat toi ra lam duoc khong", Moment(weekday="sun")),
        ("sau 5 giờ chiều có nhận hồ sơ không", Moment(time=dt.time(17))),
        ("7h30 sáng mai ra phường được không", Moment(days_ahead=1, time=dt.time(7, 30))),
        ("Ngày 2/9 phường có làm việc không", Moment(date=(2, 9))),
        ("nghỉ tết phường có làm không", Moment(holiday="Tết Nguyên đán")),
        ("nộp qua mạng 10 giờ đêm có nhận không", Moment(time=dt.time(22), online=True)),
        ("chiều mai 5h ra nộp được không", Moment(days_ahead=1, time=dt.time(17))),
        ("2/9 có nghỉ không", Moment(date=(2, 9), off=True)),
        ("ngay mai xa nghi khong vay", Moment(days_ahead=1, off=True)),
        ("is the office closed on Saturday", Moment(weekday="sat", off=True)),
        ("can I come at 9 a.m.", Moment(time=dt.time(9))),
        ("is it open on Saturday morning", Moment(weekday="sat", time=dt.time(9))),
        ("jam 4 sore kantor masih buka?", Moment(time=dt.time(16))),
    ],
)
def test_a_moment_is_heard(house, text, moment):
    assert asked(text, house) == moment


@pytest.mark.parametrize(
    "text",
    [
        "con thứ hai có được hỗ trợ không",
        "tôi chụp ảnh hôm thứ hai rồi, có gửi về nhà được không",
        "sang tên xe ở đâu được không",
        "thứ bảy tuần trước tôi nộp hồ sơ",
        "một tháng được bao nhiêu tiền",
        "làm hộ chiếu ở tỉnh đang làm thuê được không",
        "ho chieu het han lam lai duoc khong",
        "giay xin hoi thang 4 gio con dung dc k",
        "tháng 5 cháu mới đủ 14, giờ làm căn cước luôn được không",
        "giấy ghi vay vốn đem đi mua đất được không",
        "bỏ chữ đệm trong tên con được không",
        "sổ mất rồi, giờ tôi đi xin lại được không",
        "đứng tên ông nội, giờ sang tên cho cháu được không",
        "giấy độc thân xin ngày 10/6 thì tới nay còn dùng được không",
        "bà mất ngày 3/9 giờ làm mai táng phí có được không",
        "em 19 tuổi, tết này cưới thì đăng ký được không",
        "I am abroad, can I apply for a copy",
    ],
)
def test_no_moment_is_invented(house, text):
    assert asked(text, house) is None
