"""Inspect a PNG or JPEG picture: its size before it is decoded, then whether it decodes to the end."""

from pathlib import Path

from PIL import Image, ImageOps, TiffImagePlugin

from dms.documents.inspection import Inspection, InspectionLimits, PageSize
from dms.documents.sniff import MediaType
from dms.errors import Invalid

_FORMATS = {MediaType.PNG: "PNG", MediaType.JPEG: "JPEG"}


def warm_up() -> None:
    """Load the two codecs once; the bound on pixels is ours and not the library's."""
    Image.preinit()
    TiffImagePlugin.ImageFileDirectory_v2()  # reads the orientation of a picture; a slow module to load
    Image.MAX_IMAGE_PIXELS = None


def inspect(path: Path, media_type: MediaType, limits: InspectionLimits) -> Inspection:
    """Inspect the picture at ``path``; raises ``image_too_large``, ``image_animated`` or ``file_truncated``."""
    with open_bounded(path, media_type, limits.pixels) as picture:
        if media_type is MediaType.PNG and getattr(picture, "n_frames", 1) > 1:
            raise Invalid("image_animated")
        _ensure_whole(picture)
        shown = ImageOps.exif_transpose(picture)
        size = PageSize(*map(float, shown.size))
        return Inspection(media_type=media_type, pages=1, page_sizes=(size,), producer=_software(picture))


def open_bounded(path: Path, media_type: MediaType, pixels: int) -> Image.Image:
    """Open the picture without decoding it; one with more than ``pixels`` is refused."""
    picture = Image.open(path, formats=[_FORMATS[media_type]])
    if picture.width * picture.height > pixels:
        raise Invalid("image_too_large", width=picture.width, height=picture.height, limit=pixels)
    return picture


def _ensure_whole(picture: Image.Image) -> None:
    try:
        picture.load()
    except OSError as error:
        raise Invalid("file_truncated") from error


def _software(picture: Image.Image) -> str:
    return str(picture.getexif().get(0x0131, ""))[:100]
