"""Why an act on dossiers was refused."""

from flask_babel import LazyString

SENTENCES: dict[str, LazyString] = {}
