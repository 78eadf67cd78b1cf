"""Codes, as they are written, said and typed again."""

import random

import pytest

from bot.desk.codes import APPOINTMENT, REQUEST, SPACE, code_of, read_code


@pytest.mark.parametrize("kind", [REQUEST, APPOINTMENT])
def test_whatever_letters_a_code_has_it_is_found_again(kind):
    """Also the prefixes themselves: an appointment whose four letters ended in MC was nobody's any more."""
    numbers = random.Random(1).sample(range(SPACE), 20_000)
    codes = [code_of(number, kind) for number in numbers]
    assert any("MC-" in code[3:] for code in codes)
    assert all(read_code(code.lower().replace("-", " "), kind) == code for code in codes)
    assert all(read_code(code[3:], kind) == code for code in codes)
    assert len(set(codes)) == len(codes)
