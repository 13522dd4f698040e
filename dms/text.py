"""Vietnamese text: one normal form on the way in, one folded form for search, one order for lists."""

import re
import unicodedata

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANKS = {letter: 0x110000 + rank for rank, letter in enumerate(_LETTERS)}  # behind every other character
_LIKE_D = str.maketrans("đð", "dd")  # no mark to take off; old fonts put the Icelandic letter in place of đ
_ZERO_WIDTH_SPACE = "\u200b"
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def clean(value: str) -> str:
    """Return ``value`` in NFC, without control and invisible characters, with runs of white space made one space."""
    visible = "".join(_visible(char) for char in value)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", visible)).strip()


def fold(value: str) -> str:
    """Return the search form: lower case, no diacritics, đ as d, ligatures and wide forms as plain letters and digits.

    Everything else than letters and digits becomes a space.
    """
    bare = unicodedata.normalize("NFKD", value).lower().translate(_LIKE_D)
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", letters).strip()


def collation_key(value: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return a key that sorts as a Vietnamese dictionary does: by letter (a ă â … đ …), then by tone."""
    letters: list[int] = []
    tones: list[int] = []
    for char in unicodedata.normalize("NFC", value.lower()):
        tone, letter = _split_tone(char)
        letters += [_RANKS.get(each, ord(each)) for each in letter]
        tones.append(tone)
    return tuple(letters), tuple(tones)


def name_key(full_name: str) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Return a key that sorts people by given name first, then by family and middle name, as lists here do."""
    *rest, given = clean(full_name).split(" ")
    return collation_key(given), collation_key(" ".join(rest))


def _visible(char: str) -> str:
    """The character, a space for a control character, nothing for a mark that hides inside words (soft hyphen, BOM)."""
    category = unicodedata.category(char)
    if category == "Cf" and char != _ZERO_WIDTH_SPACE:
        return ""
    return " " if category[0] == "C" else char


def _split_tone(char: str) -> tuple[int, str]:
    decomposed = unicodedata.normalize("NFD", char)
    tone = next((_TONES.index(c) + 1 for c in decomposed if c in _TONES), 0)
    bare = "".join(c for c in decomposed if c not in _TONES)
    return tone, unicodedata.normalize("NFC", bare)
