"""What any part may refuse."""

from flask_babel import lazy_gettext as _l

SENTENCES = {
    "not_allowed": _l(
        "Your position does not allow this act. If you should be able to do it, ask your unit's administrator to check your role."
    ),
    "stale": _l(
        "Somebody else changed this a moment before you. Nothing of yours was saved: open the page again, look at what changed, and repeat the step."
    ),
    "refused": _l(
        "The step was refused (%(refused)s). Nothing was changed: open the page again, and tell the administrator this word if it happens once more."
    ),
}
