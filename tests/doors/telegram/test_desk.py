"""The commune's day over HTTP: the whole Service in one task, the stand-in outside."""

from tests.cast import HOA, LAN, NGOC_HA
from tests.serving import run, serving, until
from tests.stage import Play


def test_from_the_question_to_the_rating(turns):
    async def story(server):
        play = Play(server, turns)
        async with serving(turns, server) as task:

            async def hears(update, chat, words):
                await server.inject(update)
                await until(lambda: any(words in text for text in server.texts(chat.id)), task)

            await hears(HOA.says(f"/join {play.invited(8, 'officer')}"), HOA, "cán bộ của Phường Ngọc Hà")
            await hears(NGOC_HA.hears(HOA, "/desk 00008"), NGOC_HA, "quầy của Phường Ngọc Hà")
            await hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"), LAN, "Phường Ngọc Hà")
            await hears(LAN.says("/request chứng sinh sai tên mẹ"), LAN, "Bạn đồng ý không?")
            asked = play.last(LAN)
            await hears(LAN.presses(play.action(LAN, "r:yes:"), text=asked["text"]), LAN, "CHƯA GỬI")
            await hears(LAN.presses(play.action(LAN, "r:send:")), LAN, "Đã gửi. Mã yêu cầu")
            code = play.code(LAN)
            await until(lambda: any(code in text for text in server.texts(NGOC_HA.id)), task)
            await hears(NGOC_HA.presses(HOA, f"d:claim:{code}"), LAN, "Bạn đang viết trong")
            await until(lambda: server.topics[NGOC_HA.id], task)
            await until(lambda: any("Câu trả lời có sẵn" in t or "tên mẹ" in t for t in server.texts(NGOC_HA.id)), task)
            answer = NGOC_HA.hears(HOA, "chị ra bệnh viện xin đính chính", thread=play.topic(NGOC_HA))
            await hears(answer, LAN, "xin đính chính")
            await hears(LAN.says("dạ em cảm ơn"), NGOC_HA, "em cảm ơn")
            more = NGOC_HA.hears(HOA, "/more chị chụp giúp giấy chứng sinh", thread=play.topic(NGOC_HA))
            await hears(more, LAN, "chụp giúp giấy chứng sinh")
            await hears(NGOC_HA.presses(HOA, f"d:close:{code}"), LAN, "Bạn chấm mấy điểm")
            await hears(LAN.presses(f"r:rate:{code}:5"), LAN, "Cảm ơn bạn")
            await hears(LAN.presses(f"r:reopen:{code}"), LAN, "Thứ tự trong hàng đợi: 1")

    run(story)
