"""Take out of a text whatever names a person: numbers, names, plates, addresses, codes. Rather too much.

Numbers: citizen identity cards have 12 digits (Law 26/2023/QH15, art. 12), the cards before them 9; tax codes 10 or
13, insurance codes 10, bank accounts 6 to 19, one-time passwords 4 to 8 beside a word that says so.
"""

import re
import unicodedata

# Family names that nine in ten Vietnamese share, without marks.
FAMILIES = (
    "nguyen|tran|le|pham|hoang|huynh|phan|vu|vo|dang|bui|do|ho|ngo|duong|ly|trinh|dinh|doan|mai|truong|lam|luong|"
    "dao|cao|ta|chau|quach|thai|luu|phung|giang|vuong|ha|to|la|trieu|nong|ma|sung|giang|lo|vang|kieu|tong|tang"
)
RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("[link]", re.compile(r"https?://\S+|\b\S+@\S+\.\w+|(?<!\w)@\w{4,}")),
    ("[plate]", re.compile(
        r"\b\d{2}[ -]?[a-z][a-z\d]?[ -]?\d{3}[. ]?\d{2}\b|\b\d{2}[a-z]\d?[ -]\d{4}\b", re.IGNORECASE,
    )),
    ("[code]", re.compile(
        r"\b(?:otp|mat khau|ma xac (?:thuc|nhan|minh)|password|pin|kode)\W{0,3}(?:la|is|:|adalah)?\W{0,3}\w*\d\w*",
        re.IGNORECASE,
    )),
    ("[number]", re.compile(r"(?<![\d/])\+?\d(?:[ .\-]?\d){6,24}(?![\d/])")),
    ("[number]", re.compile(r"\b(?:[a-z]{1,3})\d{6,15}\b", re.IGNORECASE)),
    ("[address]", re.compile(
        r"\b(?:so(?: nha)?|ngo|ngach|hem|kiet|duong|pho|to dan pho|thon|xom|ap|khu pho|can ho|street|jalan|no\.?)"
        r"\s+\d+\w*(?:[/-]\d+\w*)*(?:[ ,]+(?:duong|pho|ngo|hem|street)?\s*(?:[A-Z]\w*\s?){1,4})?",
    )),
    ("[address]", re.compile(r"\b\d+\w?(?:/\d+\w?)*\s+(?:duong |pho )?(?:[A-Z]\w+\s?){2,4}")),
    ("[name]", re.compile(rf"\b(?:(?i:{FAMILIES}))(?: [A-Z]\w*){{1,4}}")),
    ("[name]", re.compile(
        r"\b(?i:ten(?: (?:em|toi|minh|chau|anh|chi|la))*|toi la|em la|minh la|my name is|i am|nama saya|"
        r"(?:ong|ba|anh|chi|co|chu|bac|chau|be|mr|mrs|ms|pak|bu)\.?)\s+(?:[A-Z]\w*)(?: [A-Z]\w*){0,4}",
    )),
)  # fmt: skip
MARK = re.compile(r"\[(?:link|plate|code|number|address|name)\]")


def redact(text: str) -> str:
    """The text with what names a person replaced by what kind of thing it was."""
    text = unicodedata.normalize("NFC", text)
    for mark, pattern in RULES:
        plain = "".join(map(_bare, text))
        out, at = [], 0
        for found in pattern.finditer(plain):
            out += [text[at : found.start()], mark]
            at = found.end()
            if text[at - 1 : at].isspace():
                out.append(" ")
        text = "".join([*out, text[at:]])
    return text


def _bare(letter: str) -> str:
    """One letter without its marks, so that places in both texts are the same."""
    if letter in "\u0111\u0110":
        return "d" if letter == "\u0111" else "D"
    first = unicodedata.normalize("NFD", letter)[0]
    return first if first.isascii() or not letter.isalpha() else letter
