"""Why an act on decisions, awards or the archive was refused."""

from flask_babel import lazy_gettext as _l

SENTENCES = {
    "decision_not_found": _l(
        "There is no such decision, or your position does not let you see it. Open the list of decisions and choose one."
    ),
    "decision_empty": _l("A decision has to award somebody. Tick at least one nominee."),
    "decision_several_conferrers": _l(
        "These nominees are awarded by different bodies, and a decision has one. Prepare a decision for each body."
    ),
    "nominee_not_ready": _l(
        "Not everybody in this decision can be awarded any more: a dossier was returned or withdrawn, or another decision names the same nominee. %(names)s Open the list again and choose from what stands there now."
    ),
    "decision_closed": _l(
        "This decision has conferred its awards or was given up, so it cannot be changed. Prepare another one if needed."
    ),
    "decision_being_signed": _l(
        "Somebody has signed this decision already, so it cannot be exchanged or given up. If it is wrong, the next signer has to refuse it with a reason; then you can."
    ),
    "decision_without_number": _l(
        "The decision has neither number nor date, so it cannot confer awards. The registrar has to give them (Nghị định 30/2020/NĐ-CP, art. 15)."
    ),
    "award_not_found": _l(
        "There is no such award, or your position does not let you see it. Go back to the search and choose one."
    ),
    "award_already_revoked": _l("This award was revoked already. Open its page to see by which decision."),
    "certificate_not_ready": _l("The certificate is still being made. Wait a minute and open the page again."),
    "register_empty": _l("No award matches, so there is nothing to print. Choose another year or kind."),
    "register_too_long": _l(
        "These are more than %(limit)s awards. Choose a year, and print the register year by year."
    ),
    "archive_signature_invalid": _l(
        "A signature on “%(document)s” does not hold, so the dossier cannot be sealed. The administrator has to find out what happened to the file."
    ),
    "signature_unproven": _l(
        "The signatures on “%(document)s” could not be verified at this moment, so the dossier is not sealed yet. It is tried again by itself."
    ),
    "archive_file_changed": _l(
        "The stored file “%(file)s” is not what was recorded, so nothing was exported. Tell the administrator, who can compare it with a backup."
    ),
}
