"""Codes such as `MC-7K3Q-9F`: short, sayable on the telephone, with a check character, not guessable.

`MC` stands before the code of a request, `LH` before that of an appointment.
"""

import re

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"  # no 0 O 1 I U; 31 is a prime, so every single slip and swap is found
BASE = len(ALPHABET)
FREE = 5  # characters that carry the number; the sixth checks them
SPACE = BASE**FREE
WEIGHTS = (2, 3, 4, 5, 6)


REQUEST, APPOINTMENT = "MC", "LH"
WRITTEN_OUT = {
    kind: re.compile(rf"\b{kind}[-. ]?\w{{4}}[-. ]?\w{{2}}\b", re.IGNORECASE) for kind in (REQUEST, APPOINTMENT)
}


def code_of(number: int, kind: str = REQUEST) -> str:
    """The code of a number in [0, SPACE). Raises ValueError outside."""
    if not 0 <= number < SPACE:
        raise ValueError("no code for this number")
    digits = []
    for _ in range(FREE):
        number, digit = divmod(number, BASE)
        digits.append(digit)
    return _written([*digits, _check(digits)], kind)


def read_code(text: str, kind: str = REQUEST) -> str | None:
    """The code that someone typed, however they spaced and cased it; None where it cannot be one."""
    bare = re.sub(r"[^A-Z0-9]", "", text.upper())
    bare = bare[2:] if len(bare) == FREE + 3 and bare.startswith(kind) else bare
    if len(bare) != FREE + 1 or any(letter not in ALPHABET for letter in bare):
        return None
    digits = [ALPHABET.index(letter) for letter in bare]
    return _written(digits, kind) if digits[-1] == _check(digits[:FREE]) else None


def code_in(text: str, kind: str = REQUEST) -> str | None:
    """The code that stands among other words; it bears its `MC`, or its `LH`."""
    return next(filter(None, (read_code(one, kind) for one in WRITTEN_OUT[kind].findall(text))), None)


def _check(digits: list[int]) -> int:
    return sum(weight * digit for weight, digit in zip(WEIGHTS, digits, strict=True)) % BASE


def _written(digits: list[int], kind: str) -> str:
    letters = "".join(ALPHABET[digit] for digit in digits)
    return f"{kind}-{letters[:4]}-{letters[4:]}"
