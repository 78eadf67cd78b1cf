"""Vietnamese in the encodings from before Unicode, as it comes out of old files and keyboards: VNI, TCVN3, VIQR.

Each is known by pairs of characters that no text in Unicode has; below two of them a text is left as it is.
"""

import re
import unicodedata
from collections import Counter

ENOUGH = 2  # signs in one text
ENOUGH_LETTERS = 3  # of single letters, which other languages have too
GRAVE, ACUTE, HOOK, TILDE, DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"

# TCVN 5712:1993, as Windows shows its bytes.
_TCVN3 = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ", 0xB5: "àảãáạ", 0xBB: "ằẳẵắ", 0xC6: "ặầẩẫấậè", 0xCE: "ẻẽéẹềểễếệìỉ", 0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù", 0xF1: "ủũúụừửữứựỳỷỹýỵ",
}  # fmt: skip
_OF_TCVN3 = {first + n: letter for first, letters in _TCVN3.items() for n, letter in enumerate(letters)}
_TCVN3_LETTERS = (
    "[\u00a7-\u00ae\u00b5-\u00b9\u00bb-\u00be\u00c6-\u00c9\u00cb\u00ce-\u00d2\u00d6-\u00d8\u00de\u00df"
    "\u00e4-\u00e7\u00eb\u00ee\u00ef\u00f1\u00f6-\u00f8\u00fb\u00fc\u00fe]"
)
_TCVN3_SIGN = re.compile(f"(?<=[A-Za-z]){_TCVN3_LETTERS}|{_TCVN3_LETTERS}(?=[A-Za-z])")

# VNI Windows writes the mark behind the letter; a letter with a hat has a mark of its own for each tone.
_PLAIN = dict(zip("øùûõï", (GRAVE, ACUTE, HOOK, TILDE, DOT), strict=True))
_HAT = {"â": "\u0302", **{mark: "\u0302" + tone for mark, tone in zip("àáåãä", _PLAIN.values(), strict=True)}}
_BREVE = {"ê": "\u0306", **{mark: "\u0306" + tone for mark, tone in zip("èéúüë", _PLAIN.values(), strict=True)}}
_VNI = {
    "a": _PLAIN | _HAT | _BREVE,
    "e": _PLAIN | _HAT,
    "o": _PLAIN | _HAT,
    "u": _PLAIN,
    "y": _PLAIN,
    "ô": _PLAIN,
    "ö": _PLAIN,
}
_VNI_ALONE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI_LETTER = re.compile("([aeouyôö])([øùûõïâàáåãäêèéúüë])|([ôöñæóòî])", re.IGNORECASE)
_VNI_SIGN = re.compile("a[øùûõïâàáåãäêèéúüë]|e[øùûõïâàáåãä]|o[øùûõïâåä]|[uôö][øùûõï]|y[øùûõ]|ñ|ö", re.IGNORECASE)

# VIQR (RFC 1456) spells the marks out in ASCII.
_VIQR_TONES = dict(zip("`'?~.", (GRAVE, ACUTE, HOOK, TILDE, DOT), strict=True))
_VIQR_HATS = {"^": "\u0302", "(": "\u0306", "+": "\u031b"}
_VIQR_SIGN = re.compile(r"[aeo]\^|a\((?=[a-z'`?~.])|[ou]\+", re.IGNORECASE)
_VIQR_LETTER = re.compile(r"([aeo]\^|a\(|[ou]\+|[aeiouy])([`'?~.](?![`'?~.]))?", re.IGNORECASE)
_APART = re.compile("[\u0300\u0301\u0303\u0309\u0323]")  # a tone behind its letter, as CP1258 has it
_NO_LETTERS = re.compile(r"[\x09-\x7e–—‘’“”…•°²½\ufeff]")
_LAST_MARK = re.compile(r"[.?]\s*$")


def from_legacy(text: str) -> str:
    """The text in Unicode; unchanged where it is already. What is read once stays as it is."""
    while (read := _read(text)) != text and len(read) < len(text):
        text = read
    return read


def from_bytes(raw: bytes) -> str:
    """Windows' Vietnamese, which writes tones apart; Western, which has lost most; TCVN3 and VNI, of old fonts."""
    vietnamese = raw.decode("cp1258", "replace")
    western = raw.decode("cp1252", "replace")
    tried = [vietnamese] if _APART.search(vietnamese) else []
    tried += [western, vietnamese, from_legacy(western), raw.decode("latin-1").translate(_OF_TCVN3)]
    return min((unicodedata.normalize("NFC", text) for text in tried), key=_strange)


def _strange(text: str) -> int:
    """How many letters no Vietnamese text has."""
    return sum(count for letter, count in Counter(text).items() if not letter.isascii() and not _is_ours(letter))


def _is_ours(letter: str) -> bool:
    if _NO_LETTERS.fullmatch(letter):
        return True
    plain = unicodedata.normalize("NFD", letter)
    return letter in "\u0111\u0110" or (plain[0] in "aeiouyAEIOUY" and len(plain) > 1 and plain[1] != "\u0308")


def _read(text: str) -> str:
    if text.isascii():
        return _from_viqr(text) if len(_VIQR_SIGN.findall(text)) >= ENOUGH else text
    if len(_VNI_SIGN.findall(text)) >= ENOUGH:
        return _VNI_LETTER.sub(_vni_letter, text)
    if len(_TCVN3_SIGN.findall(text)) >= ENOUGH_LETTERS and all(ord(letter) < 0x100 for letter in text):
        return text.translate(_OF_TCVN3)
    return text


def _vni_letter(found: re.Match[str]) -> str:
    letter, mark, alone = found.groups()
    marks = _VNI.get((letter or "").lower(), {})
    if alone:
        return _as_cased(_VNI_ALONE[alone.lower()], alone)
    if mark.lower() not in marks:
        return found[0]
    base = _as_cased(_VNI_ALONE.get(letter.lower(), letter.lower()), letter)
    return unicodedata.normalize("NFC", base + marks[mark.lower()])


def _as_cased(letter: str, like: str) -> str:
    return letter.upper() if like.isupper() else letter


def _from_viqr(text: str) -> str:
    """What ends the text is a full stop or a question mark, no tone."""
    end = found[0] if (found := _LAST_MARK.search(text)) else ""
    body = text[: len(text) - len(end)]
    body = re.sub("dd", "đ", re.sub("DD|Dd", "Đ", body))
    return _VIQR_LETTER.sub(_viqr_letter, body) + end


def _viqr_letter(found: re.Match[str]) -> str:
    letter, tone = found.groups()
    hat = _VIQR_HATS.get(letter[1:], "")
    return unicodedata.normalize("NFC", letter[0] + hat + _VIQR_TONES.get(tone or "", ""))
