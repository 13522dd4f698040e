"""Why an act on campaigns was refused."""

from flask_babel import lazy_gettext as _l

SENTENCES = {
    "campaign_not_found": _l(
        "There is no such campaign, or it has no revision yet. Open the list of campaigns and choose one."
    ),
    "campaign_file_invalid": _l("The campaign file %(source)s has mistakes; correct them all and load it again."),
    "campaign_file_too_large": _l(
        "The campaign file %(source)s is over the limit of %(limit)s bytes. Shorten it and load it again."
    ),
    "scheme_not_found": _l("The campaign has no such award scheme. Open the campaign and choose one of its schemes."),
}
