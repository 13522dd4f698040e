"""Why an act on campaigns was refused."""

from flask_babel import LazyString

SENTENCES: dict[str, LazyString] = {}
