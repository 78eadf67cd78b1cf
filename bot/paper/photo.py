"""A photo as it is kept: looked at by its content, made anew without what the camera wrote into it."""

from io import BytesIO

from PIL import Image, ImageOps

FORMS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 50_000_000  # of what claims to be small and unfolds
LONGEST = 2400  # pixels of a side: print can be read
QUALITY = 85
WHITE = (255, 255, 255)


class NoPhoto(Exception):
    """It cannot be opened as a photo."""


def plain(content: bytes) -> bytes:
    """The same as JPEG: upright, no larger than needed, no place, time or device in it. Raises NoPhoto."""
    out = BytesIO()
    try:
        with Image.open(BytesIO(content), formats=FORMS) as image:
            if small := image.width * image.height <= MOST_PIXELS:
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((LONGEST, LONGEST))
                _on_white(upright).save(out, "JPEG", quality=QUALITY)
    except Exception:  # noqa: BLE001 - whatever a file that is no photo makes the library raise
        raise NoPhoto from None
    if not small:
        raise NoPhoto
    return out.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """Without transparency, which JPEG does not have."""
    if image.mode not in ("RGBA", "LA", "P", "PA"):
        return image.convert("RGB")
    seen = image.convert("RGBA")
    paper = Image.new("RGB", seen.size, WHITE)
    paper.paste(seen, mask=seen.getchannel("A"))
    return paper
