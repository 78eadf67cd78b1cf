"""A citizen asks and is told."""

import pytest

from tests.cast import BUDI, EMMA, HUNG, LAN
from tests.stage import played

pytestmark = pytest.mark.only_on("sqlite", "what is said does not depend on where it is remembered")


@played
async def test_lan_asks_for_papers_then_the_fee_then_the_place(play):
    await play.hears(LAN.says("em mới sinh con, cần giấy gì"))
    assert "Giấy chứng sinh" in play.said(LAN)[-1]
    await play.hears(LAN.says("lệ phí bao nhiêu"))
    assert "không mất tiền" in play.said(LAN)[-1]
    assert "5.000" in play.said(LAN)[-1]
    await play.hears(LAN.says("ở phường Cống Vị thì ra đâu"))
    assert "Phường Ngọc Hà" in play.said(LAN)[-1]
    assert "Phường Giảng Võ" in play.said(LAN)[-1]
    assert "248 phố Kim Mã" in play.said(LAN)[-1]
    assert {"commune:8", "commune:25"} <= {button.get("callback_data") for button in play.buttons(LAN)}
    await play.hears(LAN.says("con vào lớp 1 nộp giấy tờ gì"))
    assert "chưa có nguồn chắc về giấy tờ" in play.said(LAN)[-1]  # the papers it holds are of another case


@played
async def test_the_chosen_commune_answers_where_to_go(play):
    await play.hears(LAN.says("em mới sinh con, cần giấy gì"), LAN.presses("commune:8"))
    assert "Kim Mã" in play.said(LAN)[-1]
    await play.hears(LAN.says("làm online được không"))
    assert "Dạ được, trên Cổng dịch vụ công quốc gia hoặc VNeID" in play.said(LAN)[-1]


@played
async def test_an_aspect_button_edits_the_answer_in_place(play):
    await play.hears(LAN.says("em mới sinh con, cần giấy gì"), LAN.presses("answer:dang-ky-khai-sinh:who", 77))
    assert play.last(LAN)["method"] == "editMessageText"
    assert play.last(LAN)["message_id"] in (77, "77")
    assert "ông bà" in play.last(LAN)["text"]


@played
async def test_a_message_that_is_gone_is_sent_anew(play):
    play.server.fail("editMessageText", 400, "Bad Request: message to edit not found")
    await play.hears(LAN.presses("answer:dang-ky-khai-sinh:fee"))
    assert play.last(LAN)["method"] == "sendMessage"


@played
async def test_pressed_twice_changes_nothing(play):
    play.server.fail("editMessageText", 400, "Bad Request: message is not modified")
    await play.hears(LAN.presses("answer:dang-ky-khai-sinh:fee"))
    assert play.server.sent[LAN.id] == []


@played
async def test_each_speaks_their_own_language(play):
    await play.hears(
        EMMA.says("my wife gave birth last week, where do I register the baby"),
        BUDI.says("anak saya baru lahir, bagaimana mengurus akta kelahirannya"),
        HUNG.says("e ms sinh e bé, lm gks cho con cần j ạ"),
    )
    assert "Birth registration" in play.said(EMMA)[-1]
    assert "Pendaftaran kelahiran" in play.said(BUDI)[-1]
    assert "Đăng ký khai sinh" in play.said(HUNG)[-1]


@played
async def test_the_chosen_language_wins_over_the_message(play):
    await play.hears(EMMA.says("/language en"), EMMA.says("em mới sinh con, cần giấy gì"))
    assert "Hand in" in play.said(EMMA)[-1]


@played
async def test_two_people_keep_their_own_context(play):
    await play.hears(LAN.says("em mới sinh con, cần giấy gì"))
    await play.hears(HUNG.says("lệ phí bao nhiêu"))
    assert "5.000" not in play.said(HUNG)[-1]


@played
async def test_every_answer_says_that_nothing_is_filed_here(play):
    await play.hears(LAN.says("em mới sinh con, cần giấy gì"))
    assert "không nộp ở đây" in play.said(LAN)[-1]
    assert "30/11/2026" in play.said(LAN)[-1]


@played
async def test_no_match_says_what_can_be_done_and_who_else_helps(play):
    await play.hears(LAN.says("asdf qwer zxcv"))
    assert "18001096" in play.said(LAN)[-1]
    assert [button["callback_data"] for button in play.buttons(LAN)] == ["r:new:q:", "topics"]


@pytest.mark.parametrize(
    ("words", "opening"),
    [
        ("mẹ em 71 tuổi, hộ cận nghèo, có được tiền người già không", "Dạ được."),
        ("bố em 72 tuổi, nhà không phải hộ nghèo, có được tiền người già không", "Dạ không."),
        ("mẹ em sinh năm 1950, không có lương hưu, có được tiền người già không", "Dạ được."),
        ("bé nhà em 7 tuổi làm khai sinh liên thông được không", "Dạ không."),
        ("nghỉ bán 10 ngày có phải báo xã không", "Dạ không"),
        ("nghỉ bán 20 ngày có phải báo xã không", "Dạ cần."),
        ("khai sinh cho con bố mẹ có phải đi cả hai không", "Dạ không"),
        ("một mình mẹ đi khai sinh cho con được không", "Dạ được."),
    ],
)
@played
async def test_what_a_person_tells_decides_between_yes_and_no(play, words, opening):
    await play.hears(LAN.says(words))
    assert play.said(LAN)[-1].startswith(opening)


@played
async def test_a_moment_is_answered_by_the_hours_of_the_office(play):
    await play.hears(LAN.says("chủ nhật ra công an xã làm tách hộ được không"))
    assert play.said(LAN)[-1].startswith("Dạ không.")
    assert "thứ Hai đến thứ Sáu" in play.said(LAN)[-1]
    await play.hears(HUNG.says("ngày 2/9 phường có làm việc không, em đi đăng ký kết hôn"))
    assert "Quốc khánh" in play.said(HUNG)[-1]
    await play.hears(HUNG.says("chủ nhật công an có nhận làm vneid mức 2 không"))  # which has hours of its own
    assert play.said(HUNG)[-1].startswith("Dạ không.")
    assert "không nhận việc này" in play.said(HUNG)[-1]


@played
async def test_which_of_two_is_told_without_asking_which_is_meant(play):
    await play.hears(LAN.says("khác nhau sao giữa tố cáo với khiếu nại"))
    assert "Bạn muốn hỏi việc nào" not in play.said(LAN)[-1]
    assert "khiếu nại" in play.said(LAN)[-1]
    assert "Tố cáo" in play.said(LAN)[-1]


@pytest.mark.parametrize(
    "words", ["khai sinh cho con", "khai sinh cho con ở đâu", "khai sinh cho con trễ có sao không"]
)
@played
async def test_an_answer_has_six_buttons_at_most(play, words):
    await play.hears(LAN.says(words))
    assert len(play.buttons(LAN)) <= 6


@played
async def test_words_like_nothing_raise_no_alarm(play):
    await play.hears(LAN.says("ttttttttthhhhhhhhooooo"))
    assert "GỌI NGAY" not in play.said(LAN)[-1]
    await play.hears(LAN.says("cháy nhà rồi"))
    assert "114" in play.said(LAN)[-1]


@played
async def test_each_question_of_several_is_judged_by_itself(play):
    await play.hears(LAN.says("khai sinh cho con cần giấy gì, mất tiền không"))
    first, second = play.said(LAN)[-1].split("\n\n")[:2]
    assert first.startswith("1. Nộp: Tờ khai đăng ký khai sinh")
    assert second.startswith("2. Dạ")


@played
async def test_who_tells_how_long_they_have_waited_asks_after_their_papers(play):
    await play.hears(LAN.says("giấy khai sinh bé nộp tuần trước, xã vẫn chưa gọi"))
    assert play.said(LAN)[-1].startswith(play.say("status.cannot_see"))
    await play.hears(EMMA.says("I handed in the passport papers a month ago, still nothing"))
    assert play.said(EMMA)[-1].startswith(play.say("status.cannot_see", "en"))
    await play.hears(HUNG.says("con gái tôi mười chín tuổi vừa dọn vào phòng trọ"))
    assert play.say("status.cannot_see") not in play.said(HUNG)[-1]


@played
async def test_a_question_that_names_no_matter_is_asked_which(play):
    await play.hears(LAN.says("có mất tiền không"), EMMA.says("can my son hand it in for me"))
    assert play.said(LAN)[-1] == play.say("no_match.which")
    assert play.said(EMMA)[-1] == play.say("no_match.which", "en")
    await play.hears(LAN.says("khai sinh cho con cần giấy gì"), LAN.says("có mất tiền không"))
    assert play.say("no_match.which") not in play.said(LAN)[-1]


@played
async def test_two_questions_with_one_answer_are_answered_once(play):
    await play.hears(LAN.says("giấy an ninh trật tự quán karaoke có thời hạn mấy năm, hết hạn có phải làm lại không"))
    assert play.said(LAN)[-1].startswith("Không có thời hạn")


@played
async def test_where_another_matter_may_be_meant_the_likeliest_is_answered_all_the_same(play):
    await play.hears(LAN.says("không ký hợp đồng lao động thì đòi lương được không"))
    first, note, which = play.said(LAN)[-1].split("\n\n")[:3]
    assert first.startswith("Nếu bạn hỏi việc “Bị nợ lương”: Dạ được")
    assert "không nộp ở đây" in note
    assert which == play.say("clarify.else")


@pytest.mark.parametrize(
    ("words", "opening"),
    [
        ("kết hôn khỏi cần cả hai đi phải không", "Dạ không. Hôm ký cả hai cùng có mặt"),
        ("mất sổ đỏ không cần báo công an đúng không", "Dạ không phải"),
        ("chứng thực bản sao phải về quê làm à", "Sao y ở xã, phường nào"),  # neither "yes, you may" nor "you must"
        ("ở trọ 2 tháng không đăng ký tạm trú có sao không", "Phải, nếu bạn ở từ 30 ngày"),  # "no" would say: no harm
        ("quên gia hạn tạm trú có sao hông", "Dạ có thể bị cảnh cáo hoặc phạt"),
        ("xin trợ cấp người già có tốn tiền không", "Lệ phí"),  # not how much one gets
    ],
)
@played
async def test_yes_and_no_answer_what_was_asked(play, words, opening):
    await play.hears(LAN.says(words))
    assert play.said(LAN)[-1].startswith(opening)


@pytest.mark.parametrize("words", ["dừng tất cả", "có", "tôi muốn biết", "con em", "nhắc em tất cả"])
@played
async def test_words_that_say_next_to_nothing_tell_of_no_danger(play, words):
    await play.hears(LAN.says(words))
    assert "GỌI NGAY" not in play.said(LAN)[-1]
    assert "nguy hiểm" not in play.said(LAN)[-1]


@played
async def test_what_nobody_may_ask_for_is_no_paper_in_a_list_of_several_answers(play):
    await play.hears(LAN.says("kết hôn cần mang giấy gì và có lấy liền không"))
    papers, time = play.said(LAN)[-1].split("\n\n")[:2]
    assert papers.startswith("1. Nộp: Tờ khai đăng ký kết hôn")
    assert "Sổ hộ khẩu" not in papers
    assert time.startswith("2. Ngay trong ngày")


@pytest.mark.parametrize(
    ("words", "second"),
    [
        ("đăng ký thường trú mất mấy ngày, có phải về quê cắt khẩu không", "2. Dạ không"),
        ("nhận con cần xét nghiệm ADN không và làm ở đâu", "2. Xã, phường nơi người nhận"),
    ],
)
@played
async def test_a_second_question_asked_less_plainly_is_answered_too(play, words, second):
    await play.hears(LAN.says(words))
    assert play.said(LAN)[-1].split("\n\n")[1].startswith(second)


@played
async def test_that_all_agree_is_no_question_who(play):
    await play.hears(LAN.says("anh chị em ai cũng đồng ý, giờ chia đất cần giấy gì"))
    assert not play.said(LAN)[-1].startswith("1.")


@played
async def test_a_matter_told_by_an_age_and_money_is_answered(play):
    await play.hears(LAN.says("ba gia tui 80 tuoi co tien chi hong?"))
    assert "Dạ được. Từ đủ 75 tuổi" in play.said(LAN)[-1]
    assert "Trợ cấp hưu trí xã hội" in play.said(LAN)[-1]


@pytest.mark.parametrize(
    "words", ["khai sinh cần gì", "căn cước làm ở đâu", "cccd làm ở đâu", "thẻ căn cước làm ở đâu vậy"]
)
@played
async def test_no_longer_name_of_the_portal_stands_beside_what_everybody_asks(play, words):
    """Such a name has nothing of the message that ours have not."""
    await play.hears(LAN.says(words))
    assert "(mã " not in play.said(LAN)[-1]


@played
async def test_the_matter_named_after_a_bare_question_answers_that_question(play):
    await play.hears(LAN.says("có mất tiền không"), LAN.says("làm giấy khai sinh cho con"))
    assert play.said(LAN)[-1].startswith("Dạ tùy ngày làm: trong 60 ngày thì không mất tiền")
    await play.hears(LAN.says("làm giấy khai sinh cho con"))
    assert not play.said(LAN)[-1].startswith("Dạ tùy ngày làm")  # asked once
