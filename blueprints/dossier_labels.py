"""Words of dossiers and their appraisal as people read them; a part of the table in labels.py."""

from flask_babel import lazy_pgettext as _p

from dms.appraisal.asking import AskedBy
from dms.appraisal.desk.models import DefectSource
from dms.appraisal.letter import LetterState
from dms.appraisal.models import ReviewVerdict
from dms.appraisal.progress import Standing
from dms.appraisal.rules import Lateness, PointState
from dms.appraisal.worklist import Task
from dms.dossiers.board import PaperState
from dms.dossiers.lifecycle import Action
from dms.dossiers.minuting import MinutesFact
from dms.dossiers.models import CouncilRole, Presence

DOSSIERS = {
    Action: {
        Action.START_SIGNING: _p("act", "Send for signing"),
        Action.RESUME_DRAFT: _p("act", "Back to draft"),
        Action.SUBMIT: _p("act", "Submit"),
        Action.RETURN: _p("act", "Return"),
        Action.CONSOLIDATE: _p("act", "Take into the list"),
        Action.APPRAISE: _p("act", "Pass the appraisal"),
        Action.DECIDE: _p("act", "Decide"),
        Action.ARCHIVE: _p("act", "Archive"),
        Action.REFUSE: _p("act", "Refuse"),
        Action.WITHDRAW: _p("act", "Withdraw"),
    },
    Task: {
        Task.MEND: _p("work", "To be put right"),
        Task.PREPARE: _p("work", "To be prepared"),
        Task.CONSOLIDATE: _p("work", "To be consolidated"),
        Task.APPRAISE: _p("work", "To be appraised"),
        Task.DECIDE: _p("work", "To be decided"),
    },
    PaperState: {
        PaperState.MISSING: _p("paper", "Missing"),
        PaperState.OPTIONAL: _p("paper", "Not there (not required)"),
        PaperState.RETURNED: _p("paper", "To be mended"),
        PaperState.CONVERTING: _p("paper", "Word draft, PDF is being made"),
        PaperState.READY: _p("paper", "Ready to be sent for signing"),
        PaperState.WAITING: _p("paper", "Waiting for a signature"),
        PaperState.REFUSED: _p("paper", "Signature refused"),
        PaperState.SIGNED: _p("paper", "Signed"),
        PaperState.FILED: _p("paper", "On file"),
    },
    CouncilRole: {
        CouncilRole.CHAIR: _p("council", "Chair"),
        CouncilRole.DEPUTY_CHAIR: _p("council", "Deputy chair"),
        CouncilRole.SECRETARY: _p("council", "Secretary"),
        CouncilRole.MEMBER: _p("council", "Member"),
    },
    Presence: {
        Presence.PRESENT: _p("council", "Present"),
        Presence.WRITTEN: _p("council", "Absent, wrote an opinion"),
        Presence.ABSENT: _p("council", "Absent"),
    },
    MinutesFact: {
        MinutesFact.MEETING: _p("minutes", "the meeting itself"),
        MinutesFact.PLACE: _p("minutes", "the place"),
        MinutesFact.OPENED_AT: _p("minutes", "when it began"),
        MinutesFact.CLOSED_AT: _p("minutes", "when it ended"),
        MinutesFact.MEMBERS: _p("minutes", "the members by name"),
        MinutesFact.CHAIR: _p("minutes", "who presided"),
        MinutesFact.SECRETARY: _p("minutes", "who was the secretary"),
        MinutesFact.VOTES: _p("minutes", "the votes on each nominee"),
        MinutesFact.CONCLUSION: _p("minutes", "the conclusion"),
    },
    LetterState: {
        LetterState.NOT_NEEDED: _p("letter", "Not needed"),
        LetterState.MISSING: _p("letter", "Not drafted"),
        LetterState.STALE: _p("letter", "Older than the list"),
        LetterState.DRAFTED: _p("letter", "Drafted"),
        LetterState.WITH_SIGNERS: _p("letter", "With the signers"),
        LetterState.SIGNED: _p("letter", "Signed"),
    },
    Lateness: {
        Lateness.IN_TIME: _p("lateness", "In time"),
        Lateness.LATE: _p("lateness", "Submitted late"),
        Lateness.DUE: _p("lateness", "Not due yet"),
        Lateness.OVERDUE: _p("lateness", "Overdue"),
    },
    Standing: {
        Standing.NOT_OPENED: _p("standing", "Not begun"),
        Standing.PREPARING: _p("standing", "Being prepared"),
        Standing.RETURNED: _p("standing", "Returned"),
        Standing.SUBMITTED: _p("standing", "Submitted"),
        Standing.PASSED_ON: _p("standing", "Passed on"),
        Standing.ENDED: _p("standing", "Refused or withdrawn"),
    },
    PointState: {
        PointState.MET: _p("point", "Met"),
        PointState.NOTED: _p("point", "To be noted"),
        PointState.ACCEPTED: _p("point", "Accepted"),
        PointState.UNDECIDED: _p("point", "To be decided"),
        PointState.REJECTED: _p("point", "Not accepted"),
        PointState.BLOCKING: _p("point", "To be put right"),
    },
    DefectSource: {
        DefectSource.RULE: _p("defect", "The check"),
        DefectSource.PERSON: _p("defect", "The appraiser"),
        DefectSource.REMARK: _p("defect", "A remark"),
    },
    AskedBy: {
        AskedBy.CAMPAIGN: _p("asked", "Screening principle"),
        AskedBy.OFFICE: _p("asked", "The office's list"),
        AskedBy.OFFICER: _p("asked", "My list"),
    },
    ReviewVerdict: {
        ReviewVerdict.ACCEPTED: _p("review", "Accepted"),
        ReviewVerdict.REJECTED: _p("review", "Not accepted"),
    },
}
