"""Why a batch of signatures, or a confirmation before signing, was refused."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, LazyString] = {
    "batch_not_found": _l("There is no such batch of signatures, or it is not yours to see. Open “Signing” for yours."),
    "batch_too_large": _l(
        "You chose %(count)s documents; at most %(limit)s are signed in one go. Choose fewer and sign the rest afterwards."
    ),
    "batch_started": _l(
        "This batch is on its way already; its documents cannot be chosen again. Its page shows how far it is."
    ),
    "batch_not_running": _l("This batch is not running any more. Its page shows what became of each document."),
    "batch_not_stopped": _l(
        "There is nothing to go on with: the batch is still running, or every document has its result."
    ),
    "key_signs_singly": _l(
        "Your key signs one document at a time, in a program of its own, so it cannot take part in a batch. Open the document and sign it there."
    ),
    "passkey_refused": _l(
        "The passkey was not accepted: it is another one, it did not verify you, or the question was too old. Try again, or confirm in another way."
    ),
    "passkey_not_found": _l("There is no such passkey any more. Open the page again to see those you have."),
    "too_many_passkeys": _l("You have %(limit)s passkeys already. Remove one that you no longer use first."),
    "factor_needed": _l(
        "Who has a second factor shows it before another is added, so that a stolen password alone adds none. Confirm that it is you, then repeat the step."
    ),
    "signing_worker_failed": _l(
        "The service failed while it worked on this document; the document is as it was. Let the batch go on; if it fails again, tell the administrator."
    ),
}
