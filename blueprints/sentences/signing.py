"""Why an act on signing was refused."""

from flask_babel import LazyString

SENTENCES: dict[str, LazyString] = {}
