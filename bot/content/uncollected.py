"""Loading without the garbage collector's looks, which cost a quarter of the time and find nothing."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing is collected meanwhile: a million small objects are made, and all are kept, out of later looks too."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        _give_back()
        if was_on:
            gc.enable()


def _give_back() -> None:
    """Give the system back what reading took: glibc keeps several megabytes of it otherwise."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):  # not in musl
        trim(0)
