"""Why an act on signing was refused."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, LazyString] = {
    "symbol_not_as_printed": _l(
        "The paper bears the symbol %(printed)s, not %(symbol)s. Correct the symbol; or, if the paper is to bear another one than is printed, say so below."
    ),
    "step_not_found": _l(
        "There is no such signing step, or it is not yours to see. Open “Signing” to see what waits for you."
    ),
    "step_not_open": _l(
        "This step is not open any more, or its turn has not come: somebody acted before you, or the route has ended. Nothing was signed. Open the document again to see where it stands."
    ),
    "step_needs_no_signature": _l(
        "This step gives number and date; it is not signed. Open the step and enter the number."
    ),
    "step_is_no_number": _l("This step is signed; number and date are given at the registrar's own step."),
    "seat_not_held": _l(
        "You do not hold this seat today, and no written delegation lets you sign from it (Decree 30/2020, art. 13). Ask the head of the unit for a delegation."
    ),
    "capacity_not_allowed": _l(
        "This paper may not be signed in the capacity in which you act (KT., TL., TUQ. …): the campaign's route names who may. Ask the head of the unit to sign."
    ),
    "version_moved": _l(
        "“%(document)s” has changed since you opened it: somebody else signed or replaced it. Nothing of yours was lost or signed. Open the document again, look at it and sign once more."
    ),
    "acted_in_stage": _l(
        "You have acted in this stage already; each of its signatures is another person's. Let a colleague do this step."
    ),
    "step_not_skippable": _l(
        "The campaign does not let you skip “%(stage)s”. It must be done, or the paper refused with a reason."
    ),
    "reassign_unlawful": _l(
        "This step can only go to somebody of the same unit who may lawfully do it (Nghị định 30/2020/NĐ-CP, art. 13). Choose one of the list; for another person the head delegates first."
    ),
    "route_not_found": _l("There is no such signing route, or it is not yours to see. Open “Signing” again."),
    "number_not_given": _l(
        "“%(document)s” has no number yet, so it cannot be sealed (Decree 30/2020, art. 15): the seal closes number and date. Give the number first."
    ),
    "number_taken": _l(
        "Number %(number)s was already given in %(year)s, to “%(title)s” (Decree 30/2020, art. 15: each number once a year). Give the next free number."
    ),
    "number_already_given": _l(
        "The paper already has the number %(number)s; a number is given only once. Open the paper to see it."
    ),
    "number_not_positive": _l("Numbers begin with 1. Write a whole number from 1 on."),
    "reason_missing": _l("A refusal needs its reason, so that others know what to put right. Write it down."),
    "route_already_open": _l(
        "“%(document)s” is on its way to the signers already. Wait until they are done, or call it back first."
    ),
    "route_needs_pdf": _l(
        "“%(document)s” cannot be signed yet: only a PDF can. Wait until the conversion is done, or upload the PDF."
    ),
    "route_empty": _l("The campaign gives “%(document)s” no signers, so there is nothing to start."),
    "route_closed": _l("This route has ended already. Open the document to see how."),
    "route_already_signed": _l(
        "Somebody has signed already, so the document cannot be called back. The next signer can refuse it with a reason."
    ),
    "layers_not_signable": _l(
        "“%(document)s” has layers that can be switched on and off, so two readers could see two texts. Print it to a new PDF and upload that."
    ),
    "document_has_signature_fields": _l(
        "“%(document)s” brings signature fields of its own (%(fields)s); only the fields of its route may be signed. Print it to a new PDF without form fields and upload that."
    ),
    "signature_refused": _l(
        "The signature on “%(document)s” did not pass our own verification (%(reasons)s), so it was not kept. Nothing was signed. Try again, and tell the administrator if it happens once more."
    ),
    "returned_not_sent": _l(
        "“%(document)s” has not gone out with its number and date yet, so no sealed file can come back. Prepare the file first, download it, seal it and send it back."
    ),
    "returned_not_pdf": _l(
        "The file that came back is no PDF. Download the version again, sign it and send back the PDF."
    ),
    "returned_not_extension": _l(
        "The file that came back is not the version of “%(document)s” that went out with a signature added: its beginning differs, so something else was changed or it was saved anew. Nothing was accepted and the step stays open. Download the version again and only sign it."
    ),
    "returned_unsigned": _l(
        "The file that came back carries no new signature. Nothing was accepted and the step stays open. Sign it and send it back."
    ),
    "returned_several_signatures": _l(
        "The file that came back carries %(count)s new signatures; only yours may be added. Nothing was accepted and the step stays open. Download the version again and sign it once."
    ),
    "returned_other_field": _l(
        "The new signature stands in the field “%(field)s”, but the one made for you is “%(expected)s”, and earlier signatures allow no other. Nothing was accepted and the step stays open. Download the version again and sign in your field."
    ),
    "returned_wrong_signer": _l(
        "The new signature is by “%(signer)s”, with a certificate that is not bound to %(person)s. Nobody signs with another's certificate (Decree 23/2025, Decree 68/2024). Sign with your own, or ask the administrator to bind this one to you."
    ),
    "returned_wrong_seal": _l(
        "The new signature is by “%(signer)s”, which is not the seal bound to the body that issues this paper (Decree 30/2020, art. 32). Nothing was accepted and the step stays open. Seal it with the body's own certificate, or ask the administrator to bind this one."
    ),
    "returned_field_covers": _l(
        "The new signature stands in a field of the program's own on page %(page)s that leaves the page or covers more than %(percent)s percent of it, so it could hide what others signed. Nothing was accepted and the step stays open. Sign in the field made for you, or in a smaller one."
    ),
    "returned_changed": _l(
        "More than the signature was changed in the file that came back: text, pages, notes or actions, or it was certified instead of signed. Nothing was accepted and the step stays open. Download the version again and only sign it."
    ),
    "returned_fields_changed": _l(
        "Besides the signature these fields were filled or added in the file that came back: %(fields)s. Nothing was accepted and the step stays open. Download the version again and only sign it."
    ),
    "returned_locks_others": _l(
        "The new signature forbids every later change, so the others could not number, sign or seal “%(document)s” any more. Nothing was accepted and the step stays open. Sign again without certifying or locking the document."
    ),
    "returned_partial": _l(
        "The new signature cannot be read or does not cover the whole file, so something could be hidden in it. Nothing was accepted and the step stays open. Download the version again and sign it with another program."
    ),
    "returned_damaged": _l(
        "The new signature does not fit the file: it was changed after it was signed, or signed with another key. Nothing was accepted and the step stays open. Download the version again and sign it once more."
    ),
    "returned_weak": _l(
        "The new signature uses a method that is no longer safe, such as SHA-1 or MD5; SHA-256 or better is required (Circular 15/2025/TT-BKHCN). Nothing was accepted and the step stays open. Choose SHA-256 in your program and sign again."
    ),
    "errand_not_found": _l("This signing was not started by you. Open the document and sign it from there."),
    "errand_unreadable": _l("The request could not be read. Open the document again and sign it from there."),
    "errand_token_refused": _l(
        "This address is unknown, was used already, or is too old: each is good for one file, once, for 20 minutes. Open the document and begin again."
    ),
    "vgca_off": _l("Signing with the state's desktop program is switched off here. Use another way to sign."),
    "pending_not_found": _l("This signature was not started by you. Open the document and sign it from there."),
    "pending_used": _l("This signature is done already. Open the document to see it."),
    "pending_expired": _l(
        "Too much time passed between preparing and signing. Nothing was signed. Open the document and sign again."
    ),
    "signing_key_missing": _l(
        "No signing certificate is bound to %(person)s. Nothing was signed. Ask the administrator to bind yours."
    ),
    "seal_key_missing": _l(
        "No seal certificate is bound to %(unit)s. Nothing was sealed. Ask the administrator to bind the organisation's certificate."
    ),
    "signing_key_changed": _l(
        "The key file “%(ref)s” no longer holds the certificate that was bound. Nothing was signed. Ask the administrator to bind the new certificate."
    ),
    "signing_key_not_found": _l("There is no such signing key. Open the list of keys again."),
    "signing_key_retired": _l("This signing key was retired already."),
    "key_needs_one_owner": _l("A key belongs to one person or to one organisation. Choose one of them."),
    "key_bound_elsewhere": _l(
        "The certificate of “%(ref)s” is bound to somebody else. Retire it there first; a certificate names one holder only."
    ),
    "not_a_pdf": _l("Only PDF files carry signatures that can be verified here. Choose the signed PDF."),
    "not_verified": _l("The signatures of this document have not been verified yet. Open its verification page first."),
    "nothing_chosen": _l("Choose at least one document to sign."),
}
