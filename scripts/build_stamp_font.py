"""Prepare the fonts of stamps and filled fields from Debian's fonts-croscore (Tinos, metric twin of Times New Roman).

Run once; the result is committed in dms/signing/fonts/. Three changes, each with its reason:

* 1000 units per em: pyHanko writes glyph widths unscaled, so a font of 2048 units is set with letters far apart;
* no hints: left in after scaling, they make PDFium draw letters about twice as tall;
* a subset (Latin, all 134 Vietnamese letters, punctuation): a font is parsed at every stamp, a small one parses fast.
"""

import logging
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

SOURCE = Path("/usr/share/fonts/truetype/croscore")
TARGET = Path(__file__).parent.parent / "dms" / "signing" / "fonts"
STYLES = ("Regular", "Italic", "Bold")
RANGES = (
    (0x20, 0x7E),
    (0xA0, 0x17F),
    (0x1A0, 0x1B0),
    (0x300, 0x323),
    (0x1EA0, 0x1EF9),
    (0x2010, 0x2026),
    (0x20AB, 0x20AC),
)
HINTS = ("fpgm", "prep", "cvt ", "hdmx", "VDMX", "LTSH", "gasp", "DSIG", "kern")
LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"


def prepare(style: str) -> Path:
    font = TTFont(SOURCE / f"Tinos-{style}.ttf")
    _keep_subset(font)
    scale_upem(font, 1000)
    _drop_hints(font)
    missing = [c for c in LETTERS + LETTERS.upper() if ord(c) not in font.getBestCmap()]
    if missing:
        sys.exit(f"Tinos-{style} lacks {''.join(missing)}")
    path = TARGET / f"Tinos-{style}.ttf"
    font.save(path)
    return path


def _keep_subset(font: TTFont) -> None:
    options = subset.Options(layout_features=[], name_IDs=["*"], hinting=False, notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[c for first, last in RANGES for c in range(first, last + 1)])
    subsetter.subset(font)


def _drop_hints(font: TTFont) -> None:
    for tag in HINTS:
        if tag in font:
            del font[tag]
    for name in font["glyf"].keys():  # noqa: SIM118 - the table is no dict: iterating it does not give names
        font["glyf"][name].removeHinting()


def main() -> None:
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    TARGET.mkdir(parents=True, exist_ok=True)
    for style in STYLES:
        path = prepare(style)
        print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
