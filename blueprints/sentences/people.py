"""Why an act on people was refused."""

from flask_babel import LazyString

SENTENCES: dict[str, LazyString] = {}
