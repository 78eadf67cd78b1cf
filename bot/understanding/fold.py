"""Letters: from anything a person can type to plain syllables, with and without their accents.

Folding is idempotent: `fold(fold(x)) == fold(x)`.
"""

import re
import unicodedata
from functools import lru_cache

from bot.understanding.legacy import from_legacy

MAX_CHARACTERS = 1_500  # of one message; a story of 100 words has 600
MAX_TOKENS = 260

_TONES = {"\u0300": "2", "\u0301": "1", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_QUALITIES = {"a": "aâă", "e": "eê", "i": "i", "o": "oôơ", "u": "uư", "y": "y"}
_SPECIAL = {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}


def _marked_letters() -> tuple[dict[int, str], dict[int, str]]:
    """For each Vietnamese letter: what is left without any mark, and with its quality but the tone set apart."""
    plain, toned = {ord(k): v for k, v in _SPECIAL.items()}, {}
    for base, qualities in _QUALITIES.items():
        for letter in qualities:
            plain[ord(letter)] = base
            for mark, tone in _TONES.items():
                whole = unicodedata.normalize("NFC", letter + mark)
                plain[ord(whole)] = base
                toned[ord(whole)] = letter + tone
    return plain, toned


_PLAIN, _TONED = _marked_letters()
_TONE_DIGIT = re.compile(r"[1-5]")
_WORD = re.compile(r"[^\W_]+")
_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")
_ANY_LONG_RUN = re.compile(r"(\w)\1\1")  # the same, or of digits: found in half the time


def clean(text: str) -> str:
    """Readable text: composed, without control, format and lone surrogate characters, cut to size."""
    whole = text[: 4 * MAX_CHARACTERS].encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    read = from_legacy(whole)
    text = unicodedata.normalize("NFKC", read)
    kept = text
    if not text.isprintable():
        kept = "".join(" " if _is_space(c) else c for c in text if c.isprintable() or _is_space(c))
    kept = unicodedata.normalize("NFC", kept[:MAX_CHARACTERS])
    return kept if kept == read else from_legacy(kept)


def _is_space(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Zs")


def words(text: str) -> list[str]:
    """The words of a cleaned text, capitals and accents kept; letters dragged out ("điiii") are pulled together."""
    found = _WORD.findall(text)[:MAX_TOKENS]
    return [_LONG_RUN.sub(r"\1", word) for word in found] if _ANY_LONG_RUN.search(text) else found


def gaps(text: str) -> list[str]:
    """What stands before each of the words of a cleaned text."""
    return _WORD.split(text, MAX_TOKENS)[:MAX_TOKENS]


def low_words(text: str) -> list[str]:
    """The words of any text, cleaned and in lower case."""
    return words(clean(text).lower())


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """Without any accent: `Đăng` → `dang`."""
    folded = word.lower().translate(_PLAIN)
    if folded.isascii():
        return folded
    decomposed = unicodedata.normalize("NFKD", folded).lower()
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_PLAIN)


@lru_cache(maxsize=20_000)
def accented(word: str) -> str:
    """With its accents, wherever the tone was put: `hoà` and `hòa` both → `hoa2`. Words without accents stay."""
    spread = word.translate(_TONED)
    if spread == word:
        return word
    tones = _TONE_DIGIT.findall(spread)
    return _TONE_DIGIT.sub("", spread) + str(tones[-1])


def has_accent(word: str) -> bool:
    return not word.isascii()


# Raw typing: what the keyboard driver would have turned into accents.
_TELEX_TONES = {"f": "\u0300", "s": "\u0301", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"2": "\u0300", "1": "\u0301", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_TELEX_PAIRS = (("dd", "đ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô"), ("aw", "ă"), ("ow", "ơ"), ("uw", "ư"))
_VOWEL = re.compile(r"[aâăeêioôơuưy]+")


def untelex(word: str) -> str | None:
    """`ddawng` → `đăng`, `kys` → `ký`; None where the word is not Telex typing."""
    if not word.isascii() or not word.isalpha() or len(word) < 2:
        return None
    letters, tone = word, None
    for at in range(len(word) - 1, 0, -1):
        if word[at] in _TELEX_TONES and _VOWEL.search(word[:at]):
            letters, tone = word[:at] + word[at + 1 :], _TELEX_TONES[word[at]]
            break
    plain = _telex_letters(letters)
    if tone is None and plain == word:
        return None
    return _with_tone(plain, tone)


def _telex_letters(letters: str) -> str:
    if len(letters) > 2 and letters.endswith("d") and letters.startswith("d"):  # dangwd → đăng
        letters = "đ" + letters[1:-1]
    if letters.endswith("w") and "uo" in letters:  # dduowcj, duocw
        letters = letters[:-1].replace("uo", "ươ")
    letters = letters.replace("uow", "ươ").replace("uwow", "ươ")
    for typed, letter in _TELEX_PAIRS:
        letters = letters.replace(typed, letter)
    if letters.endswith("w"):  # the horn typed last: dangw
        letters = re.sub(r"[aou](?=[a-z]*w$)", lambda m: {"a": "ă", "o": "ơ", "u": "ư"}[m[0]], letters, count=1)[:-1]
    return letters


def unvni(word: str) -> str | None:
    """`d9a8ng` → `đăng`, `ky1` → `ký`; None where the word is not VNI typing."""
    if not word.isascii() or not word[:1].isalpha() or not any(c in "123456789" for c in word):
        return None
    letters, tone = "", None
    for character in word:
        if character in _VNI_TONES:
            tone = _VNI_TONES[character]
        elif character in "6789":
            letters = _vni_quality(letters, character)
        elif character.isdigit():
            return None
        else:
            letters += character
    return _with_tone(letters, tone)


def _vni_quality(letters: str, digit: str) -> str:
    change = {"6": {"a": "â", "e": "ê", "o": "ô"}, "7": {"o": "ơ", "u": "ư"}, "8": {"a": "ă"}, "9": {"d": "đ"}}[digit]
    if digit == "7" and "uo" in letters:
        return letters.replace("uo", "ươ")
    for at in range(len(letters) - 1, -1, -1):
        if letters[at] in change:
            return letters[:at] + change[letters[at]] + letters[at + 1 :]
    return letters


def _with_tone(letters: str, tone: str | None) -> str | None:
    found = _VOWEL.search(letters[1:] if letters.startswith(("qu", "gi")) and len(letters) > 2 else letters)
    if tone is None:
        return letters
    if not found:
        return None
    vowel = found[0]
    at = next((vowel.index(v) for v in "ơêôâăư" if v in vowel), 0 if len(vowel) < 3 else 1)
    spot = letters.index(vowel) + at
    return unicodedata.normalize("NFC", letters[: spot + 1] + tone + letters[spot + 1 :])
