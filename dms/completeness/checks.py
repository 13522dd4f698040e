"""The table of checks: one pure function for each kind. The order here is the order in which findings are shown."""

from collections.abc import Callable, Iterator

from dms.completeness import criteria, documents, dossier, signatures
from dms.completeness.model import CheckKind, Facts, Finding, Rules

Check = Callable[[Rules, Facts], Iterator[Finding]]

CHECKS: dict[CheckKind, Check] = {
    CheckKind.NOMINEES_EXIST: dossier.check_nominees_exist,
    CheckKind.NOMINEE_ALLOWED: dossier.check_nominee_allowed,
    CheckKind.NOMINEE_ONCE: dossier.check_nominee_once,
    CheckKind.QUOTA: dossier.check_quota,
    CheckKind.IN_TIME: dossier.check_in_time,
    CheckKind.COUNCIL_MET: dossier.check_council_met,
    CheckKind.VOTES: dossier.check_votes,
    CheckKind.PRESENT: documents.check_present,
    CheckKind.MEDIA: documents.of_documents(CheckKind.MEDIA),
    CheckKind.READABLE: documents.of_documents(CheckKind.READABLE),
    CheckKind.SAFE: documents.of_documents(CheckKind.SAFE),
    CheckKind.FINAL_FORM: documents.of_documents(CheckKind.FINAL_FORM),
    CheckKind.SIGNED: signatures.check_signed,
    CheckKind.INTACT: signatures.check_intact,
    CheckKind.NUMBERED: documents.of_documents(CheckKind.NUMBERED),
    CheckKind.NUMBER_FREE: documents.of_documents(CheckKind.NUMBER_FREE),
    CheckKind.CONSISTENT: documents.check_consistent,
    CheckKind.NOT_RETURNED: documents.of_documents(CheckKind.NOT_RETURNED),
    CheckKind.INDEX_SCORE: criteria.of_criteria(CheckKind.INDEX_SCORE),
    CheckKind.PLAN_COMPLETED: criteria.of_criteria(CheckKind.PLAN_COMPLETED),
    CheckKind.TASK_LEVEL: criteria.of_criteria(CheckKind.TASK_LEVEL),
    CheckKind.STATEMENT: criteria.of_criteria(CheckKind.STATEMENT),
    CheckKind.HEAD_DEFINED: criteria.of_criteria(CheckKind.HEAD_DEFINED),
}
