"""Why an act on awards was refused."""

from flask_babel import LazyString

SENTENCES: dict[str, LazyString] = {}
