"""Words of the domain as people read them: one table enum → member → label. Each layer has its block."""

from enum import Enum
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from blueprints.batch_labels import BATCHES
from blueprints.campaign_labels import CAMPAIGNS
from blueprints.dossier_labels import DOSSIERS
from blueprints.keys_labels import KEYS
from blueprints.signature_labels import SIGNATURES
from blueprints.signing_labels import SIGNING
from dms.appraisal.desk.models import ReminderMark
from dms.archive.contents import Place
from dms.awards.states import DecisionState
from dms.completeness import model as completeness
from dms.completeness import signatures as completeness_signatures
from dms.documents import comparison, sniff
from dms.documents.models import DocumentKind, Origin
from dms.dossiers.models import EvidenceKind
from dms.people.models import Capacity, EventSide, SuccessionKind, UnitEventKind, UnitKind
from dms.people.notices import NoticeKind
from dms.policy import Permission, PositionKind, Role, Status
from dms.scores.judging import RowState
from dms.scores.models import ImportState
from dms.signing.errands.models import Tool
from dms.signing.pades import Alignment, FieldKind, LockAction, StampKind
from dms.signing.pades.etsi import Indication
from dms.upkeep.model import Gravity

# Enums that steer the code and are never shown.
NEVER_SHOWN = (
    ReminderMark,
    Alignment,
    FieldKind,
    LockAction,
    Tool,
    StampKind,
    Indication,  # the standard's own words are shown, in no language but its own
    completeness.SubjectKind,
    completeness_signatures.Done,
    EventSide,
    EvidenceKind,
    NoticeKind,  # a notice is told by a whole sentence (blueprints/notices.py)
)

# --- people and policy

POLICY = {
    Role: {
        Role.CLERK: _p("role", "Clerk"),
        Role.REGISTRAR: _p("role", "Registrar"),
        Role.COORDINATOR: _p("role", "Coordinator"),
        Role.APPRAISER: _p("role", "Appraiser"),
        Role.CHAIR_OFFICE: _p("role", "Chair's office"),
        Role.ARCHIVIST: _p("role", "Archivist"),
        Role.ADMINISTRATOR: _p("role", "Administrator"),
    },
    PositionKind: {
        PositionKind.HEAD: _p("position", "Head"),
        PositionKind.DEPUTY_HEAD: _p("position", "Deputy head"),
        PositionKind.COUNCIL_CHAIR: _p("position", "Chair of the council"),
        PositionKind.COUNCIL_SECRETARY: _p("position", "Secretary of the council"),
        PositionKind.SPECIALIST: _p("position", "Specialist"),
        PositionKind.REGISTRAR: _p("position", "Registrar"),
    },
    Status: {
        Status.DRAFT: _p("dossier", "Draft"),
        Status.SIGNING: _p("dossier", "Being signed"),
        Status.SUBMITTED: _p("dossier", "Submitted"),
        Status.RETURNED: _p("dossier", "Returned"),
        Status.CONSOLIDATED: _p("dossier", "Consolidated"),
        Status.APPRAISED: _p("dossier", "Appraised"),
        Status.DECIDED: _p("dossier", "Decided"),
        Status.ARCHIVED: _p("dossier", "Archived"),
        Status.REFUSED: _p("dossier", "Refused"),
        Status.WITHDRAWN: _p("dossier", "Withdrawn"),
    },
    Permission: {
        Permission.HOME: _l("See one's own work"),
        Permission.CAMPAIGN_READ: _l("Read campaigns"),
        Permission.CAMPAIGN_ACCEPT: _l("Accept campaign files"),
        Permission.CAMPAIGN_OPEN: _l("Open a campaign of the unit's own"),
        Permission.CAMPAIGN_REVISE: _l("Revise, close and reopen the unit's campaigns"),
        Permission.DOSSIER_OPEN: _l("Open a dossier"),
        Permission.DOSSIER_READ: _l("Read a dossier"),
        Permission.DOSSIER_EDIT: _l("Edit a dossier"),
        Permission.DOSSIER_SUBMIT: _l("Submit a dossier"),
        Permission.DOSSIER_WITHDRAW: _l("Withdraw a dossier"),
        Permission.DOSSIER_CONSOLIDATE: _l("Take a dossier into the consolidated list"),
        Permission.DOSSIER_RETURN: _l("Return a dossier"),
        Permission.DOSSIER_REFUSE: _l("Refuse a dossier"),
        Permission.DOSSIER_APPRAISE: _l("Appraise a dossier"),
        Permission.DOSSIER_DECIDE: _l("Put a dossier into a decision"),
        Permission.DOSSIER_ARCHIVE: _l("Seal a dossier into the archive"),
        Permission.DOSSIER_EXPORT: _l("Export a dossier"),
        Permission.DOCUMENT_READ: _l("Read a document"),
        Permission.STEP_READ: _l("See a signing step"),
        Permission.STEP_ACT: _l("Sign, number or seal"),
        Permission.STEP_REASSIGN: _l("Give a signing step to somebody else"),
        Permission.STEP_SKIP: _l("Skip a signing step"),
        Permission.STEP_DELEGATE: _l("Delegate signing"),
        Permission.KEY_OWN: _l("Have a certificate bound"),
        Permission.KEY_SEAL: _l("Have the certificate of a seal bound"),
        Permission.DELEGATION_READ: _l("See a delegation"),
        Permission.ROUTE_RECALL: _l("Recall a paper from its signers"),
        Permission.CONSOLIDATION_READ: _l("Read the consolidated list"),
        Permission.CONSOLIDATION_EDIT: _l("Make the consolidated list"),
        Permission.APPRAISAL_READ: _l("Read the appraiser's letter"),
        Permission.APPRAISAL_EDIT: _l("Make the appraiser's letter"),
        Permission.DECISION_READ: _l("Read decisions"),
        Permission.DECISION_PREPARE: _l("Prepare a decision"),
        Permission.AWARD_READ: _l("Find awards"),
        Permission.SCORE_READ: _l("Read index scores"),
        Permission.SCORE_IMPORT: _l("Import index scores"),
        Permission.ARCHIVE_KEEP: _l("Keep the archive provable"),
        Permission.AUDIT_READ: _l("Read the history"),
        Permission.PEOPLE_ADMINISTER: _l("Administer units and people"),
        Permission.SERVICE_ADMINISTER: _l("Look after the service"),
    },
    UnitKind: {
        UnitKind.PROVINCIAL_COMMITTEE: _l("Provincial People's Committee"),
        UnitKind.PROVINCIAL_DEPARTMENT: _l("Provincial department"),
        UnitKind.PUBLIC_SERVICE_UNIT: _l("Public service unit"),
        UnitKind.DISTRICT: _l("District, town, city"),
        UnitKind.COMMUNE: _l("Commune, ward"),
        UnitKind.PARTY_BODY: _l("Party body"),
        UnitKind.MASS_ORGANISATION: _l("Fatherland Front, mass organisation"),
        UnitKind.ASSOCIATION: _l("Association"),
        UnitKind.SCHOOL: _l("School"),
        UnitKind.ENTERPRISE: _l("Enterprise"),
        UnitKind.STEERING_COMMITTEE: _l("Steering committee"),
    },
    SuccessionKind: {
        SuccessionKind.RENAMED: _p("succession", "Renamed"),
        SuccessionKind.MERGED: _p("succession", "Merged"),
        SuccessionKind.SPLIT: _p("succession", "Split"),
        SuccessionKind.TRANSFERRED: _p("succession", "Duties transferred"),
    },
    ImportState: {
        ImportState.READ: _p("import", "Read, not applied yet"),
        ImportState.APPLYING: _p("import", "Being applied"),
        ImportState.APPLIED: _p("import", "Applied"),
        ImportState.UNDONE: _p("import", "Undone"),
        ImportState.DROPPED: _p("import", "Put aside"),
    },
    RowState: {
        RowState.NEW: _p("import row", "New"),
        RowState.CHANGED: _p("import row", "Changes a score"),
        RowState.SAME: _p("import row", "Known already"),
        RowState.REFUSED: _p("import row", "Cannot be taken"),
    },
    UnitEventKind: {
        UnitEventKind.FOUNDED: _p("unit event", "Founded"),
        UnitEventKind.RENAMED: _p("unit event", "Renamed"),
        UnitEventKind.MOVED: _p("unit event", "Put under another unit"),
        UnitEventKind.MERGED: _p("unit event", "Merged"),
        UnitEventKind.SPLIT: _p("unit event", "Split"),
        UnitEventKind.TRANSFERRED: _p("unit event", "Duties transferred"),
        UnitEventKind.ABOLISHED: _p("unit event", "Abolished"),
    },
    Capacity: {
        Capacity.NONE: _p("capacity", "In one's own position"),
        Capacity.TM: _p("capacity", "TM. (on behalf of the collective)"),
        Capacity.KT: _p("capacity", "KT. (deputy for the head)"),
        Capacity.TL: _p("capacity", "TL. (by order)"),
        Capacity.TUQ: _p("capacity", "TUQ. (by authority)"),
        Capacity.Q: _p("capacity", "Q. (acting)"),
    },
}

# --- documents

DOCUMENTS = {
    DocumentKind: {
        DocumentKind.SUBMISSION_LETTER: _l("Submission letter"),
        DocumentKind.MINUTES: _l("Minutes of the council"),
        DocumentKind.ACHIEVEMENT_REPORT: _l("Achievement report"),
        DocumentKind.NOMINEE_LIST: _l("List of nominees"),
        DocumentKind.EVIDENCE: _l("Evidence"),
        DocumentKind.CONSOLIDATION_LETTER: _l("Consolidation letter"),
        DocumentKind.DECISION: _p("paper", "Decision"),
        DocumentKind.CERTIFICATE: _p("paper", "Certificate of award"),
        DocumentKind.OTHER: _l("Other document"),
    },
    Origin: {
        Origin.UPLOADED: _p("version", "Uploaded"),
        Origin.DRAFTED: _p("version", "Drafted by the system"),
        Origin.CONVERTED: _p("version", "Converted to PDF/A"),
        Origin.PREPARED: _p("version", "Prepared for signing"),
        Origin.SIGNED: _p("version", "Signed"),
        Origin.ARCHIVED: _p("version", "Time-stamped for the archive"),
    },
    sniff.MediaType: {
        sniff.MediaType.PDF: _l("PDF file"),
        sniff.MediaType.DOCX: _l("Word document (DOCX)"),
        sniff.MediaType.PNG: _l("PNG picture"),
        sniff.MediaType.JPEG: _l("JPEG picture"),
    },
    comparison.DiffKind: {
        comparison.DiffKind.SAME: _p("comparison", "Same"),
        comparison.DiffKind.ADDED: _p("comparison", "Added"),
        comparison.DiffKind.REMOVED: _p("comparison", "Removed"),
        comparison.DiffKind.CHANGED: _p("comparison", "Changed"),
        comparison.DiffKind.SKIPPED: _p("comparison", "Unchanged lines left out"),
    },
}

# --- completeness

COMPLETENESS = {
    completeness.Verdict: {
        completeness.Verdict.MET: _p("finding", "Met"),
        completeness.Verdict.NOT_MET: _p("finding", "Not met"),
        completeness.Verdict.NOT_PROVEN: _p("finding", "Not proven"),
    },
    completeness.Severity: {
        completeness.Severity.BLOCKING: _p("finding", "Stops the submission"),
        completeness.Severity.WARNING: _p("finding", "Warning"),
        completeness.Severity.INFO: _p("finding", "For information"),
    },
    completeness.Fixer: {
        completeness.Fixer.CLERK: _l("the unit's clerk"),
        completeness.Fixer.HEAD: _l("the unit's head"),
        completeness.Fixer.COUNCIL: _l("the council"),
        completeness.Fixer.REGISTRAR: _l("the registrar's desk"),
        completeness.Fixer.COORDINATOR: _l("the coordinator"),
        completeness.Fixer.APPRAISER: _l("the appraiser"),
        completeness.Fixer.CHAIR: _l("the Chair's office"),
        completeness.Fixer.ADMINISTRATOR: _l("the administrator"),
    },
    completeness.CheckKind: {
        completeness.CheckKind.NOMINEES_EXIST: _p("check", "There are nominees"),
        completeness.CheckKind.NOMINEE_ALLOWED: _p("check", "Nominees are of the right kind"),
        completeness.CheckKind.NOMINEE_ONCE: _p("check", "Nominated once only"),
        completeness.CheckKind.QUOTA: _p("check", "Number of awards"),
        completeness.CheckKind.IN_TIME: _p("check", "Deadline"),
        completeness.CheckKind.COUNCIL_MET: _p("check", "Meeting of the council"),
        completeness.CheckKind.VOTES: _p("check", "Votes"),
        completeness.CheckKind.PRESENT: _p("check", "Document there"),
        completeness.CheckKind.MEDIA: _p("check", "Kind of file"),
        completeness.CheckKind.READABLE: _p("check", "Readable"),
        completeness.CheckKind.SAFE: _p("check", "Safe content"),
        completeness.CheckKind.FINAL_FORM: _p("check", "PDF for signing"),
        completeness.CheckKind.SIGNED: _p("check", "Signed by the right person"),
        completeness.CheckKind.INTACT: _p("check", "Signatures hold"),
        completeness.CheckKind.NUMBERED: _p("check", "Number and date"),
        completeness.CheckKind.NUMBER_FREE: _p("check", "Number not used twice"),
        completeness.CheckKind.CONSISTENT: _p("check", "Agrees with the dossier"),
        completeness.CheckKind.NOT_RETURNED: _p("check", "Nothing left to mend"),
        completeness.CheckKind.INDEX_SCORE: _p("check", "Index score"),
        completeness.CheckKind.PLAN_COMPLETED: _p("check", "Plan carried out"),
        completeness.CheckKind.TASK_LEVEL: _p("check", "Level of task completion"),
        completeness.CheckKind.STATEMENT: _p("check", "Attested by the unit"),
        completeness.CheckKind.HEAD_DEFINED: _p("check", "Criteria of the head"),
    },
    completeness.NomineeKind: {
        completeness.NomineeKind.COLLECTIVE: _p("nominee", "Collective"),
        completeness.NomineeKind.HOUSEHOLD: _p("nominee", "Household"),
        completeness.NomineeKind.INDIVIDUAL: _p("nominee", "Individual"),
    },
    completeness.Proof: {
        completeness.Proof.VALID: _p("signature", "Valid"),
        completeness.Proof.INVALID: _p("signature", "Not valid"),
        completeness.Proof.UNPROVEN: _p("signature", "Could not be verified"),
    },
    completeness.Weight: {
        completeness.Weight.BLOCK: _p("weight", "Stops the submission"),
        completeness.Weight.WARN: _p("weight", "Warns only"),
    },
    completeness.TaskLevel: {
        completeness.TaskLevel.NOT_DONE: _p("tasks", "Not completed"),
        completeness.TaskLevel.DONE: _p("tasks", "Completed"),
        completeness.TaskLevel.GOOD: _p("tasks", "Completed well"),
        completeness.TaskLevel.EXCELLENT: _p("tasks", "Completed excellently"),
    },
}

# --- awards and archive

AWARDS = {
    DecisionState: {
        DecisionState.CONVERTING: _p("decision", "Drafted, the PDF is being made"),
        DecisionState.READY: _p("decision", "Ready to be sent for signing"),
        DecisionState.WITH_SIGNERS: _p("decision", "With the signers"),
        DecisionState.REFUSED: _p("decision", "Signature refused"),
        DecisionState.CONFERRED: _p("decision", "Awards conferred"),
        DecisionState.CANCELLED: _p("decision", "Given up"),
    },
    Place: {
        Place.DOSSIER: _p("archive", "Papers of the dossier"),
        Place.CONSOLIDATION: _p("archive", "Consolidation"),
        Place.APPRAISAL: _p("archive", "Appraisal"),
        Place.DECISION: _p("archive", "Decision on the award"),
    },
}

# --- the service

UPKEEP = {
    Gravity: {
        Gravity.NOTE: _p("health", "To be noted"),
        Gravity.WARNING: _p("health", "Warning"),
        Gravity.ERROR: _p("health", "Wrong"),
    },
}

LABELS: dict[type[Enum], dict[Any, Any]] = {
    **POLICY,
    **DOCUMENTS,
    **CAMPAIGNS,
    **SIGNATURES,
    **SIGNING,
    **BATCHES,
    **KEYS,
    **COMPLETENESS,
    **DOSSIERS,
    **AWARDS,
    **UPKEEP,
}


def label(member: Enum | None) -> str:
    """The member's label in the reader's language; an empty text for nothing."""
    return "" if member is None else str(LABELS[type(member)][member])


def choices(kind: type[Enum]) -> list[tuple[str, Any]]:
    """The members as choices of a form field, in the order of the enum."""
    return [(member.value, LABELS[kind][member]) for member in kind]


def init_app(app: Flask) -> None:
    """Give templates the filter ``label``."""
    app.jinja_env.filters["label"] = label
