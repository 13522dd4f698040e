"""Why an act on appraisal was refused."""

from flask_babel import LazyString

SENTENCES: dict[str, LazyString] = {}
