"""Why a time stamp, an archive or a checkpoint could not be made."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, LazyString] = {
    "authorities_too_slow": _l(
        "The certification and time-stamping authorities took more than %(seconds)s seconds to answer. Nothing was signed and the document is as it was. Try again in a few minutes; if it lasts, tell the administrator."
    ),
    "archive_timestamp_lapsed": _l(
        "The last archive time stamp is no longer good, so a new one cannot prove what was there before. The file stays as it is. Tell the archivist: what else proves its age (checkpoints of the histories, the paper original) has to be put on record."
    ),
    "archive_timestamp_revoked": _l(
        "The authority of the last archive time stamp has been revoked, so nothing may be built upon it. The file stays as it is. Ask that authority since when its time stamps are void, and tell the archivist."
    ),
    "archive_timestamp_unproven": _l(
        "Neither its authority nor the file itself can show that the last archive time stamp is good. The file stays as it is. Try again later; if it lasts, tell the administrator."
    ),
    "archive_renewal_gains_nothing": _l(
        "A further archive time stamp on “%(document)s” by %(authority)s would be good no longer than the present one, so it was not added. Name an authority with a longer-lived certificate or a stronger method (setting DMS_TSA_URL), then renew again."
    ),
    "checkpoint_stamp_untrue": _l(
        "The checkpoint's time stamp does not hold (%(reason)s): it is not on this manifest, or by nobody on our list. Compare it with the copies kept elsewhere."
    ),
    "checkpoint_unreadable": _l(
        "“%(file)s” is no checkpoint of a history, or it is damaged. Take it from another copy."
    ),
}
