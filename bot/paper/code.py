"""An address as a code for telephones' cameras."""

import segno

QUIET = 4  # modules of white round it, as ISO/IEC 18004 asks for


def svg(link: str) -> str:
    """An `<svg>` to stand in a page; black on white, also where the page is dark."""
    made = segno.make(link, error="m", micro=False)
    return made.svg_inline(scale=4, border=QUIET, dark="#000", light="#fff", omitsize=True)
