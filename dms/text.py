"""Vietnamese text: one normal form on the way in, one folded form for search, one order for lists."""

import re
import unicodedata

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def clean(value: str) -> str:
    """Return ``value`` in NFC, without control characters, with runs of white space made one space."""
    composed = unicodedata.normalize("NFC", value)
    printable = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in composed)
    return _SPACES.sub(" ", printable).strip()


def fold(value: str) -> str:
    """Return the search form: lower case, no diacritics, đ as d, everything else than letters and digits a space."""
    bare = unicodedata.normalize("NFD", value.lower().replace("đ", "d"))
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", letters).strip()


def collation_key(value: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return a key that sorts as a Vietnamese dictionary does: by letter (a ă â … đ …), then by tone."""
    letters: list[int] = []
    tones: list[int] = []
    for char in unicodedata.normalize("NFC", value.lower()):
        tone, letter = _split_tone(char)
        letters.append(_LETTERS.find(letter) + 256 if letter in _LETTERS else ord(letter) % 256)
        tones.append(tone)
    return tuple(letters), tuple(tones)


def name_key(full_name: str) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Return a key that sorts people by given name first, then by family and middle name, as lists here do."""
    *rest, given = clean(full_name).split(" ")
    return collation_key(given), collation_key(" ".join(rest))


def _split_tone(char: str) -> tuple[int, str]:
    decomposed = unicodedata.normalize("NFD", char)
    tone = next((_TONES.index(c) + 1 for c in decomposed if c in _TONES), 0)
    bare = "".join(c for c in decomposed if c not in _TONES)
    return tone, unicodedata.normalize("NFC", bare)
