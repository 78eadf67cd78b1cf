"""What maintainers break by hand: each is found by `main.py check`, at its line, in words, without a traceback."""

import ast
import datetime as dt

import pytest
from babel.messages.pofile import read_po
from click.testing import CliRunner

from bot.content.load import examine
from bot.content.read import Weight
from bot.content.schema import TalkKind
from bot.conversation.citizen.talk import EMERGENCY_CONTACTS
from bot.understanding.decide import ASIDE, TALK_OUTCOMES
from main import check
from tests.conftest import ROOT
from tests.content.small import copy_small

BIRTH = "knowledge/procedures/dang-ky-khai-sinh.yaml"
COPY = "knowledge/procedures/trich-luc-ho-tich.yaml"
ASK = "intents/dang-ky-khai-sinh.yaml"
DESK = "knowledge/desk.yaml"
CALENDAR = "knowledge/calendar.yaml"
CONTACTS = "knowledge/contacts.yaml"
COUNTERS = "knowledge/counters.yaml"
CATALOGUE = "knowledge/catalogue.yaml"
TALK = "intents/_talk.yaml"
SPOKEN = "locales/vi/LC_MESSAGES/motcua.po"
OFFICE = "knowledge/offices/00008.yaml"

# A file, what stands in it, what a hand makes of it (the line beginning with ▸ is the one to be named), what is said.
LINES = (ROOT / BIRTH).read_text(encoding="utf-8").splitlines(keepends=True)
FIRST_OPTION = next(line for line in LINES if "{id: khong, label: {vi: Chưa quá 60 ngày" in line)
DAMAGE = {
    "the middle of no commune": ("knowledge/centres.tsv", "00008\t21", "▸99998\t21", "this is no commune and its middle; write a ward code"),
    "a middle outside the country": ("knowledge/centres.tsv", "00008\t21", "▸00008\t48", "this is no commune and its middle"),
    "a tab": (BIRTH, "field: civil_status\n", "▸\tfield: civil_status\n", "indent with spaces, not tabs"),
    "a missing quote": (BIRTH, '  - code: "1.001193"\n    name: Thủ tục đăng ký khai sinh\n', '  - code: "1.001193\n▸    name: Thủ tục: đăng ký "khai sinh"\n', "this is not YAML"),
    "a colon in a text": (BIRTH, "  en: Birth registration\n", "▸  en: Birth: registration\n", 'put the text between "quotes"'),
    "an anchor": (BIRTH, "  en: Birth registration\n", "▸  en: &birth Birth registration\n", "anchors and aliases (words that begin with & or *) are not read here; write it out"),
    "a space of a web page": (BIRTH, "  en: Birth registration\n", "\u00a0 en: Birth registration\n", "there is another kind of space in this indent", "  id: "),
    "a list without its dash": (BIRTH, "  - procedure: the-bao-hiem-y-te\n", "    procedure: the-bao-hiem-y-te\n", "a line is not indented like those beside it", "  - procedure: dang-ky-thuong-tru"),
    "an unknown field": (BIRTH, "fees:\n  -", "▸fess:\n  -", "unknown key `fess`; did you mean `fees`?"),
    "a key twice": (BIRTH, "decided_by: commune\n", "decided_by: commune\n▸decided_by: province\n", "stands here a second time (first on line 19)"),
    "a day that does not exist": (BIRTH, "    until: 2027-02-28\n    source: [portal, law03]", "▸    until: 2027-02-30\n    source: [portal, law03]", "`2027-02-30` is no day of the calendar"),
    "a date as people write it": (BIRTH, "\nchecked: 2026-11-30", "\n▸checked: 23/11/2026", "`23/11/2026` is not written as a date; write 2026-11-23"),
    "an amount with a dot": (COPY, "  - amount: 8000", "▸  - amount: 8.000", "`8.000` is not a whole number; write 8000,"),
    "an amount with its unit": (COPY, "  - amount: 8000", "▸  - amount: 8000 đồng", "is not a whole number; write 8000,"),
    "an amount with an underscore": (COPY, "  - amount: 8000", "▸  - amount: 8_000", "is not a whole number"),
    "a bracket left open": (BIRTH, "    source: [portal, kiosk]\n  - by_province", "    source: [portal, kiosk\n▸  - by_province", "a list that begins with [ is not closed by ]"),
    "hours upside down": (CALENDAR, '    spans: [["07:30", "11:30"],', '    spans: [["11:30", "07:30"],', "the times do not follow one another", "  - days: [mon, tue, wed, thu, fri]"),
    "hours as people say them": (CALENDAR, '    spans: [["07:30", "11:30"],', '▸    spans: [["7h30", "11:30"],', 'write it as hours and minutes between quotes, such as "07:30"'),
    "a brace without its other": (SPOKEN, 'msgid "at.open"\nmsgstr "Dạ được. {when} ', '▸msgid "at.open"\nmsgstr "Dạ được. {when ', "a curly bracket has no other"),
    "a quote inside a sentence": (SPOKEN, 'msgstr "Dạ được. {when} {office} có làm việc."', '▸msgstr "Dạ được. {when} {office} có "làm việc"."', "the quotes of this line do not match"),
    "a day as a number": (BIRTH, "\nchecked: 2026-11-30", "\n▸checked: 1763856000", "is not a date"),
    "an unknown unit": (BIRTH, "  - unit: same_day", "▸  - unit: trong ngày", "is not a valid unit; did you mean `same_day`?"),
    "a value misspelt": (BIRTH, "    how: submit\n    copy: original\n    source: [portal]\n  - id: giay", "▸    how: sumbit\n    copy: original\n    source: [portal]\n  - id: giay", "did you mean `submit`?"),
    "a missing language": (BIRTH, "  en: Register a birth\n  id: Daftar kelahiran anak\n", "  en: Register a birth\n", "`id` is missing", "short_name:"),
    "an empty text": (BIRTH, "  en: Birth registration\n", '▸  en: ""\n', "en is empty"),
    "a label too long for a button": (BIRTH, "  vi: Khai sinh cho con\n", f"▸  vi: Khai sinh {'rất ' * 15}dài\n", "shorten it to 60"),
    "an unknown source": (BIRTH, "    source: [portal, kiosk]\n  - by_province", "▸    source: [portal, kiosc]\n  - by_province", "no source `kiosc` below; did you mean `kiosk`?"),
    "a fee without a source": (BIRTH, "    source: [kiosk]\n    certainty: reported\n", "    certainty: reported\n", "`source` is missing", "  - by_province: true"),
    "an empty list of sources": (BIRTH, "    source: [kiosk]\n", "▸    source: []\n", "source is empty"),
    "a source that nothing cites": (BIRTH, "  kiosk:\n", "▸  kyosk:\n    what: x\n    read: 2026-11-23\n  kiosk:\n", "nothing cites the source `kyosk`"),
    "an unknown option": (BIRTH, "    only_if: {qua-han: [co]}", "▸    only_if: {qua-han: [ko]}", "case `qua-han` has no option `ko`; did you mean"),
    "an unknown case": (BIRTH, "    only_if: {nguoi-nop: [nguoi-ngoai]}", "▸    only_if: {nguoi-di: [nguoi-ngoai]}", "no case `nguoi-di` in this entry; did you mean `nguoi-nop`?"),
    "a case that nothing uses": (BIRTH, "cases:\n", "cases:\n▸  - id: thua\n    question: {vi: a, en: b, id: c}\n    options:\n      - {id: co, label: {vi: a, en: b, id: c}}\n      - {id: khong, label: {vi: a, en: b, id: c}}\n", "no fact uses the case `thua`"),
    "one option only": (BIRTH, FIRST_OPTION, "", "options has 1 item; give it at least 2", "    options:"),
    "an option twice": (BIRTH, "      - {id: khong, label: {vi: Không có,", "▸      - {id: co, label: {vi: Không có,", "option `co` stands here a second time"),
    "an option that leads nowhere": (BIRTH, "  - id: chung-sinh\n", "  - id: chung-sinh\n    leads_to:\n▸      khog: trich-luc-ho-tich\n", "case `chung-sinh` has no option `khog`; did you mean `khong`?"),
    "a procedure that leads nowhere": (BIRTH, "  - procedure: the-bao-hiem-y-te\n", "▸  - procedure: the-bhyt\n", "no procedure `the-bhyt`; did you mean `the-bao-hiem-y-te`?"),
    "a way back to the same entry": (BIRTH, "  - procedure: the-bao-hiem-y-te\n", "▸  - procedure: dang-ky-khai-sinh\n", "leads back to this entry"),
    "an answer under the id of a shared one": (BIRTH, "answers:\n  - id: ", "answers:\n▸  - id: qua-hen\n    #", "`qua-hen` is a shared answer's id (knowledge/answers.yaml:32); give this one an id of its own"),
    "a shared answer's id twice": ("knowledge/answers.yaml", "  - id: qua-hen\n", "▸  - id: bi-tu-choi\n", "`bi-tu-choi` stands here twice; give each its own id"),
    "a paper twice in different words": (BIRTH, "  - id: lam-chung\n", "▸  - id: to-khai\n", "paper `to-khai` is defined twice in different words (first on line 39)"),
    "a paper under two ids": (BIRTH, "  - id: giay-chung-sinh\n    name:\n", "▸  - id: to-khai-nua\n    name: {vi: Tờ khai đăng ký khai sinh (nộp qua mạng thì điền mẫu điện tử thay tờ khai), en: a, id: b}\n    how: submit\n    source: [portal]\n  - id: giay-chung-sinh\n    name:\n", "this is paper `to-khai` again (first on line 39)"),
    "a paper's id too long for a button": (BIRTH, "  - id: uy-quyen\n", f"▸  - id: {'uy-quyen-' * 5}x\n", "too long for a button"),
    "dates that overlap": (BIRTH, "    from: 2027-03-01\n    source: [law03]\npapers:", "    from: 2027-02-01\n    source: [law03]\npapers:", "overlap with line 26", "  - text:\n      vi: Bất kỳ xã"),
    "until before from": (BIRTH, "    from: 2027-03-01\n    source: [law03]\npapers:", "    from: 2027-03-01\n    until: 2026-03-01\n    source: [law03]\npapers:", "`from` is later than `until`", "  - text:\n      vi: Bất kỳ xã"),
    "two fees on the same day": (COPY, "fees:\n", "fees:\n  - amount: 7000\n    per: {vi: bản, en: a, id: b}\n    source: [phi]\n  - amount: 9000\n    per: {vi: bản, en: a, id: b}\n    source: [phi]\n", "this holds on the same days as line 109", "  - amount: 9000"),
    "a fee that says nothing": (BIRTH, "  - by_province: true\n    when:\n      vi: đăng ký quá 60 ngày (ví dụ Hà Nội thu 5.000 đồng)\n      en: registered after 60 days (Hanoi for example charges 5,000 VND)\n      id: didaftarkan lewat 60 hari (contoh Hanoi 5.000 VND)\n    only_if", "▸  - only_if", "a fee without an amount says nothing"),
    "a range upside down": (BIRTH, "  - amount: 3\n    unit: working_day\n", "  - amount: 3\n▸    to_amount: 2\n    unit: working_day\n", "`to_amount` is not more than `amount`"),
    "a time without its unit": (BIRTH, "  - amount: 3\n    unit: working_day\n", "▸  - amount: 3\n", "a time limit needs `amount` and `unit`"),
    "a number without a source": (BIRTH, "  en: The first registration of a child's birth;", "  en: It costs 12,000 VND. The first registration of a child's birth;", "the number 12000 has no source", "what_it_is:"),
    "a review before the check": (BIRTH, "review_by: 2027-02-15", "▸review_by: 2026-02-15", "`review_by` is not after `checked`"),
    "read tomorrow": (BIRTH, "    read: 2026-10-08", "▸    read: 2027-10-08", "has not come yet"),
    "a link without https": (BIRTH, "  link: https://dichvucong.gov.vn/nop", "▸  link: dichvucong.gov.vn/nop", "has not the form of a link"),
    "an id with capitals": (BIRTH, "id: dang-ky-khai-sinh\n", "▸id: Dang-ky-khai-sinh\n", "has not the form of a id"),
    "the id of another entry": (BIRTH, "id: dang-ky-khai-sinh\n", "▸id: trich-luc-ho-tich\n", "`trich-luc-ho-tich` is not the name of the file"),
    "an example of the template left": (BIRTH, "  en: Birth registration\n", "▸  en: ‹Birth registration›\n", "`name.en` is still the template's example"),
    "a phrase under two procedures": (ASK, "  # ngắn\n", "  # ngắn\n▸  - bên lãnh sự yêu cầu trích lục kết hôn mới cấp để hợp pháp hóa, bản cũ năm 2012 không nhận | time\n", "stands under `trich-luc-ho-tich` too"),
    "an unknown neighbour": (ASK, "  trich-luc-ho-tich:\n", "▸  trich-luc:\n", "no procedure `trich-luc`; did you mean `trich-luc-ho-tich`?"),
    "phrases in no language": (ASK, "\nid:\n", "\nid_:\n", "unknown key `id_`; did you mean `id`?", "id_:"),
    "a confidence nobody has": (OFFICE, "confidence: high", "▸confidence: sure", "is not a valid confidence"),
    "an office of nowhere": (OFFICE, "ward_code: 8", "▸ward_code: 2", "no commune has the code 2"),
    "hours as YAML likes to misread them": (DESK, '    spans: [["08:00", "12:00"], ["13:00", "17:00"]]', '▸    spans: [["8h", "12:00"]]', "has not the form of a spans"),
    "a day of the week in Vietnamese": (DESK, "days: [mon, tue, wed, thu, fri]", "▸days: [thu2, tue, wed, thu, fri]", "`thu2` is not a valid days; did you mean `mon`?"),
    "a promise for no commune": (DESK, "warn_before_hours: 1", "own_limits:\n▸  - {commune: 2, limits: {first_answer_hours: 4, settled_days: 3}}\nwarn_before_hours: 1", "no commune has the code 2"),
    "a holiday twice": (CALENDAR, "  - on: 2026-04-30\n", "  - on: 2026-04-27\n    name: {vi: a, en: b, id: c}\n    source: [bang-nghi]\n  - on: 2026-04-30\n", "this day stands on line", "  - on: 2026-04-27\n    name: {vi: a,"),
    "a holiday from an unknown source": (CALENDAR, "days_off:\n", "days_off:\n  - on: 2026-05-05\n    name: {vi: a, en: b, id: c}\n▸    source: [bang-nghỉ]\n", "has not the form of a source"),
    "an emergency number gone": (CONTACTS, "ambulance:\n", "ambulanse:\n", "did you mean `ambulance`?", "ambulanse:"),
    "a counter's name with an unknown field": (COUNTERS, "    en: the police (Công an) of {commune}", "▸    en: the police (Công an) of {comune}", "`{comune}` cannot be filled in; did you mean `commune`?"),
    "an unknown kind of talk": (TALK, "goodbye:\n", "goodby:\n", "did you mean `goodbye`?", "goodby:"),
    "a sentence that Vietnamese does not have": ("locales/en/LC_MESSAGES/motcua.po", 'msgid "start.what"', '▸msgid "start.wat"', "is not in the Vietnamese catalog"),
    "a field misspelt in a translation": ("locales/id/LC_MESSAGES/motcua.po", "{hotline}", "{hotlin}", "use the same fields in every language", 'msgid "no_match.who"'),
    "an unknown field in the catalogue": (CATALOGUE, "dang-ky-khai-sinh:\n  field: civil_status", "dang-ky-khai-sinh:\n▸  field: hộ tịch", "is not a valid field"),
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return copy_small(tmp_path_factory.mktemp("content"))


def checked(home, language="en"):
    return CliRunner().invoke(check, [str(home), "--language", language])


def test_without_damage_there_is_nothing_to_say(home):
    result = checked(home)
    assert (result.exit_code, result.exception) == (0, None), result.output


@pytest.mark.parametrize("damage", DAMAGE, ids=str)
def test_damage_is_found_at_its_line(home, damage):
    path, before, after, said, *marker = DAMAGE[damage]
    file = home / path
    intact = file.read_text(encoding="utf-8")
    assert intact.count(before) >= 1
    marked = intact.replace(before, after, 1)
    broken = marked.replace("▸", "")
    where = marked.index("▸") if "▸" in marked else broken.index("\n" + marker[0]) + 1
    line = marked[:where].count("\n") + 1
    file.write_text(broken, encoding="utf-8")
    try:
        result = checked(home)
    finally:
        file.write_text(intact, encoding="utf-8")
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1
    found = [one for one in result.output.splitlines() if said in one]
    assert any(one.startswith(f"{path}:{line}: ") and "; " in one for one in found), f"line {line}:\n{result.output}"


def test_thirty_and_more_kinds_of_damage():
    assert len(DAMAGE) >= 30


def test_all_damage_is_told_at_once(home):
    kept = {}
    for path, before, after, _, *_ in (
        DAMAGE[one] for one in ("a tab", "an unknown neighbour", "an office of nowhere")
    ):
        kept[path] = (home / path).read_text(encoding="utf-8")
        (home / path).write_text(kept[path].replace(before, after.replace("▸", ""), 1), encoding="utf-8")
    try:
        told = checked(home).output
    finally:
        for path, text in kept.items():
            (home / path).write_text(text, encoding="utf-8")
    assert all(f"{path}:" in told for path in (BIRTH, ASK, OFFICE))


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (CATALOGUE, "dang-ky-khai-sinh:\n  field: civil_status", "dang-ky-khai-sinh:\n  field: hộ tịch"),
        (CATALOGUE, "dang-ky-khai-sinh:\n", "dang-ky-khai-sinh:\n\t"),
        ("knowledge/laws.yaml", "  kind: law\n", "  kind: luật\n"),
        ("knowledge/answers.yaml", "    verdict: ", "    verdict: maybe"),
        ("knowledge/waivers.yaml", "  law: ", "  luat: "),
    ],
)
def test_one_slip_in_what_many_files_name_is_no_finding_in_each_of_them(home, path, before, after):
    intact = (home / path).read_text(encoding="utf-8")
    assert before in intact
    (home / path).write_text(intact.replace(before, after, 1), encoding="utf-8")
    try:
        told = checked(home).output
    finally:
        (home / path).write_text(intact, encoding="utf-8")
    wrong = [line for line in told.splitlines() if "warning:" not in line]
    assert wrong
    assert {line.partition(":")[0] for line in wrong} == {path}, told


def test_mistakes_of_every_kind_in_one_file_are_told_together(home):
    together = ["a date as people write it", "an unknown source", "an unknown option", "an unknown case",
                "a procedure that leads nowhere", "an unknown unit", "an unknown field"]  # fmt: skip
    intact = broken = (home / BIRTH).read_text(encoding="utf-8")
    for _, before, after, *_ in (DAMAGE[one] for one in together):
        broken = broken.replace(before, after.replace("▸", ""), 1)
    (home / BIRTH).write_text(broken, encoding="utf-8")
    try:
        told = checked(home).output
    finally:
        (home / BIRTH).write_text(intact, encoding="utf-8")
    assert [one for one in together if DAMAGE[one][3] not in told] == []
    wrong = [line for line in told.splitlines() if "warning:" not in line]
    assert len(wrong) == len(together) + 1, told  # `fees` is missing where it is misspelt


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("knowledge/procedures/ho-chieu-moi.yaml", b"id: ho-chieu-moi\n", "is not in knowledge/catalogue.yaml"),
        ("knowledge/procedures/dang-ky-khai-tu.yaml", b"id: \xff\xfe\n", "this is not UTF-8 text; save the file as UTF-8"),
        ("knowledge/procedures/dang-ky-khai-tu.yaml", b"", "the file is empty"),
        ("knowledge/procedures/dang-ky-khai-tu.yaml", b"- a\n- b\n", "should have keys of its own"),
        ("knowledge/offices/00008.yml", b"ward_code: 8\n", "its name does not end in .yaml; rename it 00008.yaml"),
        ("knowledge/procedures/ho-chieu.yaml.txt", b"id: ho-chieu\n", "rename it ho-chieu.yaml"),
        ("intents/khai-sin.yaml", b"vi: [a]\nen: [b]\nid: [c]\n", "did you mean"),
        ("intents/dang-ky-khai-tu.yaml", b"vi: [a]\nen: [b]\n", "there are no phrases in `id`"),
        ("intents/dang-ky-khai-tu.yaml", b"vi: [a | papers]\nen: [b]\nid: [c]\n", "`papers` is not an aspect"),
    ],
)  # fmt: skip
def test_a_file_that_should_not_be_so(home, name, raw, said):
    (home / name).write_bytes(raw)
    try:
        result = checked(home)
    finally:
        (home / name).unlink()
    assert result.exit_code == 1
    assert any(line.startswith(f"{name}:1: ") and said in line for line in result.output.splitlines()), result.output


# The same told in the maintainer's language, which is that of the machine unless `--language` says otherwise.
IN_VIETNAMESE = {
    "a date as people write it": "`23/11/2026` chưa đúng cách viết ngày; viết 2026-11-23",
    "an unknown source": "bên dưới không có nguồn `kiosc`; có phải bạn muốn viết `kiosk`?",
    "an unknown option": "trường hợp `qua-han` không có lựa chọn `ko`; có phải bạn muốn viết",
    "a procedure that leads nowhere": "không có thủ tục `the-bhyt`; có phải bạn muốn viết `the-bao-hiem-y-te`?",
    "an unknown unit": "`trong ngày` không dùng được cho `unit`; có phải bạn muốn viết `same_day`?",
    "an unknown field": "không có mục nào tên `fess`; có phải bạn muốn viết `fees`?",
    "a time without its unit": "thời hạn phải có `amount` và `unit`; không biết thì chỉ viết `when`",
    "a label too long for a button": "`vi` dài 73 ký tự; rút còn 60",
    "a missing language": "thiếu `id`; thêm vào",
}


def test_whoever_keeps_the_files_in_vietnamese_is_told_so(home):
    intact = broken = (home / BIRTH).read_text(encoding="utf-8")
    for _, before, after, *_ in map(DAMAGE.get, IN_VIETNAMESE):
        broken = broken.replace(before, after.replace("▸", ""), 1)
    (home / BIRTH).write_text(broken, encoding="utf-8")
    machine = dict.fromkeys(("LANGUAGE", "LC_ALL", "LC_MESSAGES"), "") | {"LANG": "vi_VN.UTF-8"}
    try:
        told = CliRunner(env=machine).invoke(check, [str(home)]).output
        as_asked = CliRunner(env=machine).invoke(check, [str(home), "--language", "en"]).output
    finally:
        (home / BIRTH).write_text(intact, encoding="utf-8")
    assert [one for one, said in IN_VIETNAMESE.items() if said not in told] == [], told
    assert [one for one in IN_VIETNAMESE if DAMAGE[one][3] not in as_asked] == [], as_asked


def test_every_finding_has_its_sentence_and_every_sentence_a_finding():
    code = [*(ROOT / "bot" / "content").glob("*.py"), *(ROOT / "bot" / "commands").glob("*.py"), ROOT / "main.py"]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in code]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    at = {"report": 1, "report_line": 1, "told": 0} | dict.fromkeys(
        ("_Wrong", "CannotWrite", "NotATable"), 0
    )  # which argument is the key
    named = set()
    for node in nodes:
        if isinstance(node, ast.Call) and (name := getattr(node.func, "attr", getattr(node.func, "id", ""))) in at:
            named |= {arg.value for arg in node.args[at[name] :][:1] if isinstance(arg, ast.Constant)}
    for language in ("vi", "en"):
        with (ROOT / "locales" / language / "LC_MESSAGES" / "check.po").open("rb") as file:
            sentences = {one.id for one in read_po(file) if one.id}
        assert (named - sentences, sentences - texts) == (set(), set())


def test_a_review_that_is_due_is_a_warning_and_nothing_more(home):
    _, problems, _ = examine(home, dt.date(2027, 2, 16))
    (due,) = (problem for problem in problems if problem.path == BIRTH and "review" in str(problem))
    line = (home / BIRTH).read_text(encoding="utf-8").splitlines().index("review_by: 2027-02-15") + 1
    assert (due.weight, due.line) == (Weight.WARNING, line)
    assert str(due).startswith(f"{BIRTH}:{line}: warning: the review was due on 2027-02-15; ")
    early = examine(home, dt.date(2027, 1, 1))[1]
    assert [problem for problem in early if problem.path == BIRTH and "review" in str(problem)] == []


def test_whatever_rests_on_an_instrument_that_ends_is_named_ninety_days_ahead(home):
    problems = examine(home, dt.date(2026, 12, 15))[1]
    ending = [problem for problem in problems if problem.path == BIRTH and "which ends on 2027-02-28" in str(problem)]
    assert {problem.weight for problem in ending} == {Weight.WARNING}
    assert [one for one in examine(home, dt.date(2026, 11, 1))[1] if "which ends on 2027-02-28" in str(one)] == []


def test_the_kinds_of_talk_are_those_that_something_follows_from():
    assert set(TalkKind) == {*TALK_OUTCOMES, ASIDE, *EMERGENCY_CONTACTS}
