"""Why an act on appraisal was refused."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, LazyString] = {
    # --- the appraiser's letter
    "appraisal_letter_not_found": _l("There is no such letter, or your position does not let you see it."),
    "appraisal_letter_not_foreseen": _l(
        "The campaign names no letter of the appraiser for this award, so none is needed. The deciding body sees the dossiers that have passed."
    ),
    "appraisal_nobody_waits": _l(
        "Nobody waits for a letter: every nominee whose dossier has passed is named in one that is signed or being signed."
    ),
    "appraisal_letter_stale": _l(
        "Other nominees wait now than those whom the letter names. Draft it anew, then send it for signing."
    ),
    "appraisal_letter_settled": _l(
        "This letter is with the signers, signed, given up, or an award has followed from it. Open the page again and look at its state."
    ),
    # --- the coordinator's list
    "consolidation_not_found": _l("There is no such list, or your position does not let you see it."),
    "consolidation_sent": _l(
        "This list was sent to the appraiser on %(on)s and is closed. Open it again for a supplement, with a reason, if nominees are to be added."
    ),
    "consolidation_open": _l("This list has not been sent yet. Send it first."),
    "consolidation_being_signed": _l(
        "The letter of this list is with the signers, or signed: what they sign must be what is sent. Take the letter back, with a reason, before you change the list."
    ),
    "consolidation_empty": _l("Nobody is chosen. Choose at least one collective or individual of the list."),
    "consolidation_too_late": _l(
        "The list was due before %(before)s, and this campaign takes no late lists (rule %(rule)s). Speak to the appraiser."
    ),
    "quota_exceeded": _l(
        "At most %(limit)s of this kind may be put forward in the whole campaign, and this would make %(wanted)s (rule %(rule)s). Take the surplus out."
    ),
    "nominee_not_listed": _l(
        "One of those chosen is not in this list any more. Open the page again, look at what changed, and repeat the step."
    ),
    "nominee_left_list": _l(
        "The dossiers of these nominees no longer lie with you: %(names)s. Refresh the list and choose again."
    ),
    "dossier_not_chosen": _l(
        "No nominee of this dossier is put forward in the list that was sent. Open the list again for a supplement to add one."
    ),
    # --- its letter
    "letter_missing": _l("The letter to the appraiser has not been drafted yet. Draft it from the list first."),
    "letter_stale": _l(
        "The list changed after the letter was drafted. Draft the letter anew, then send it for signing."
    ),
    "letter_unsigned": _l(
        "The letter is not signed yet. The list can be sent once the letter is signed, numbered and sealed."
    ),
    "letter_not_foreseen": _l("The campaign asks for no letter at this hand-over. Send the list without one."),
    # --- the appraiser's desk
    "review_said_meanwhile": _l(
        "Nothing was saved: %(by)s judged a point while you had this page open: %(verdict)s. %(comment)s What you typed is still here; look at it and save again if it is to stand."
    ),
    "remark_empty": _l("The remark is empty. Say what has to be mended."),
    "remark_place_unknown": _l(
        "The place of the remark is not in this dossier: the paper may have a newer version. Open the page again and repeat the step."
    ),
    "remark_not_found": _l("There is no such remark, or it was taken back."),
    "remark_sent": _l("The unit has seen this remark with a return: it stays on record. Mark it as done instead."),
    "question_empty": _l("The question is empty. Write what is to be asked of each dossier."),
    "questions_too_many": _l(
        "An office asks at most %(most)s questions of its own. Retire one that is no longer needed."
    ),
    "question_not_found": _l("There is no such question in your office's list."),
    "return_not_found": _l("This dossier has not been returned, so there is nothing to mend."),
    "return_letter_not_found": _l("There is no such letter, or your position does not let you see it."),
    "review_open": _l(
        "The dossier cannot be passed yet; open points: %(count)s. They are listed on the page: decide each, or return the dossier to its unit."
    ),
    "review_point_unknown": _l(
        "One of the points you judged is not on the list any more: the dossier changed meanwhile. Open the page again and repeat the step."
    ),
    "review_comment_missing": _l("Say why for every point that you do not accept: the unit has to know what to mend."),
    # --- what goes back
    "return_pieces_missing": _l(
        "Choose at least one piece to reopen. Only the pieces you name can be changed by the unit."
    ),
    "return_note_missing": _l("Give a reason for each piece that you reopen: the unit has to know what to mend."),
}
