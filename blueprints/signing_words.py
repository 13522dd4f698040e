"""Words for signatures: why one does not hold, in which power it was made, what a step asks for."""

import re
from datetime import datetime
from typing import Any

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from blueprints.labels import label
from blueprints.sentences import signatures
from dms.campaigns.vocabulary import StepAction
from dms.people.models import Capacity
from dms.signing.pades import AnchorKind, Level

# Every code of dms/signing/pades/findings.py; a test holds the table against it.
REASONS: dict[str, LazyString] = {
    "content_changed": _l("The content was changed after it was signed."),
    "signature_forged": _l("The signature was not made with the key of the certificate it shows."),
    "signature_malformed": _l("The signature cannot be read, so it proves nothing."),
    "changed_after_signing": _l("After this signature something was added that the signature does not allow."),
    "fields_changed": _l("After this signature a field was filled that should have stayed empty."),
    "coverage_partial": _l("The signature does not cover the whole document."),
    "seed_value_violated": _l("The signature breaks a rule set by its field."),
    "algorithm_weak": _l("The signature or certificate uses a method that is no longer safe."),
    "certificate_revoked": _l("The certificate had been revoked when the document was signed."),
    "certificate_expired": _l(
        "The certificate had expired when the document was signed, or no time stamp shows otherwise."
    ),
    "certificate_not_yet_valid": _l("The certificate was not valid yet when the document was signed."),
    "certificate_unusable": _l("The certificate is not meant for signing documents."),
    "certificate_untrusted": _l(
        "The certificate was not issued by an authority on our list, so the signature cannot be confirmed."
    ),
    "certificate_unproven": _l(
        "Whether the certificate was revoked cannot be told now; try again when the authority answers."
    ),
    "timestamp_invalid": _l("The time stamp does not belong to this signature."),
    "timestamp_untrusted": _l("The time stamp is not from an authority that can be confirmed."),
    "timestamp_expired": _l("The time stamp's authority has expired and no archive time stamp took its place in time."),
    "timestamp_missing": _l("The time stamp is still to come: until then nobody can prove when it was signed."),
    "archive_timestamp_invalid": _l("An archive time stamp does not fit the file: something was changed."),
    "archive_timestamp_untrusted": _l("An archive time stamp is not from an authority that can be confirmed."),
    "archive_timestamp_expired": _l("The last archive time stamp has expired and was not renewed in time."),
    "archive_timestamp_visible": _l("A time stamp draws on the page and may hide what was signed."),
    "signer_unexpected": _l("Somebody else signed here than the person or organisation that had to."),
    "signature_missing": _l("A signature that had been made is missing."),
    "signature_unexpected": _l("There is a signature that nobody expected."),
    "field_unexpected": _l("There is a signature field that nobody expected."),
    "file_changed": _l("The file is not the one that was stored."),
    "document_unsigned": _l("The document is not signed."),
    "document_unreadable": _l("The file is damaged or is not a whole PDF, so no signature in it can be relied upon."),
    "document_hybrid": _l("The file can be read in two ways, so two readers could see two documents."),
    "document_encrypted": _l("The file is protected by a password or restrictions, so its signatures cannot be read."),
    "document_too_complex": _l("The file holds more signatures or changes than can be verified here."),
    "file_too_costly": _l("The file takes more memory or time than one verification may use."),
}

VERDICTS: dict[str, LazyString] = {
    "valid": _p("signature verdict", "Valid"),
    "unproven": _p("signature verdict", "Cannot be confirmed"),
    "invalid": _p("signature verdict", "Invalid"),
}

DO: dict[StepAction, LazyString] = {
    StepAction.INITIALS: _p("button", "Put my initials"),
    StepAction.APPROVAL: _p("button", "Sign"),
    StepAction.NUMBER: _p("button", "Give number and date"),
    StepAction.SEAL: _p("button", "Put the organisation's seal"),
}


# The names of a certificate's parts, as asn1crypto says them in a readable subject.
_PARTS = ("Common Name", "Title", "Organizational Unit", "Organization", "User ID")
_PART = re.compile(r"(?:^|; |, )([A-Z][A-Za-z ]*?): ")


def subject(text: str) -> str:
    """A certificate's subject as people read one: name, title, body, identifier."""
    pieces = _PART.split(text)
    found = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return " · ".join(found[part] for part in _PARTS if found.get(part)) or text


def capacity(value: str) -> str:
    """The capacity that a kept report names."""
    return label(Capacity(value))


def level(value: str) -> str:
    """The level that a kept report names."""
    return label(Level(value))


def anchor(value: str) -> str:
    """The set of trust anchors that a kept report names."""
    return label(AnchorKind(value))


def instant(value: str) -> datetime:
    """A moment that a kept report names."""
    return datetime.fromisoformat(value)


def reason(code: str) -> str:
    """A reason in the reader's language; a code from the parser is said in the words of its refusal."""
    words = REASONS.get(code) or signatures.SENTENCES.get(code)
    return str(words) % {"limit": ""} if words else gettext("Something is wrong (%(what)s).", what=code)


def reasons(report: dict[str, Any]) -> list[str]:
    """Everything that is wrong in a report, each once: first with the file, then with its signatures."""
    codes = [*report["reasons"], *(code for each in report["signatures"] for code in each["reasons"])]
    return [reason(code) for code in dict.fromkeys(codes)]
