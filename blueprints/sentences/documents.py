"""Why an act on documents was refused."""

from flask_babel import LazyString

SENTENCES: dict[str, LazyString] = {}
