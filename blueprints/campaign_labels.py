"""Words of campaign files as people read them: a block of ``blueprints.labels``."""

from enum import Enum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from dms.campaigns import vocabulary as campaign
from dms.campaigns.differences import ChangeKind

CAMPAIGNS: dict[type[Enum], dict[Any, Any]] = {
    campaign.Form: {
        campaign.Form.GIAY_KHEN: _l("Certificate of commendation of the head (Giấy khen)"),
        campaign.Form.BANG_KHEN: _l("Certificate of merit of the Chair (Bằng khen)"),
        campaign.Form.CO_THI_DUA_TINH: _l("Emulation flag of the provincial People's Committee"),
        campaign.Form.CHIEN_SI_THI_DUA_TINH: _l("Emulation fighter of the province"),
        campaign.Form.CHIEN_SI_THI_DUA_CO_SO: _l("Emulation fighter at grassroots level"),
        campaign.Form.LAO_DONG_TIEN_TIEN: _l("Advanced worker"),
        campaign.Form.TAP_THE_LAO_DONG_XUAT_SAC: _l("Excellent labour collective"),
        campaign.Form.TAP_THE_LAO_DONG_TIEN_TIEN: _l("Advanced labour collective"),
    },
    campaign.NomineeKind: {
        campaign.NomineeKind.COLLECTIVE: _p("nominee", "Collective"),
        campaign.NomineeKind.HOUSEHOLD: _p("nominee", "Household"),
        campaign.NomineeKind.INDIVIDUAL: _p("nominee", "Individual"),
    },
    campaign.Side: {
        campaign.Side.OWN: _p("side", "The nominating unit"),
        campaign.Side.COORDINATOR: _p("side", "The coordinator"),
        campaign.Side.APPRAISER: _p("side", "The appraiser"),
        campaign.Side.CHAIR: _p("side", "The Chair of the People's Committee"),
        campaign.Side.CHAIR_OFFICE: _p("side", "The office of the People's Committee"),
        campaign.Side.STEERING_COMMITTEE: _p("side", "The steering committee"),
    },
    campaign.StepAction: {
        campaign.StepAction.INITIALS: _p("step", "Initial"),
        campaign.StepAction.APPROVAL: _p("step", "Sign"),
        campaign.StepAction.NUMBER: _p("step", "Give number and date"),
        campaign.StepAction.SEAL: _p("step", "Seal"),
    },
    campaign.TermKind: {
        campaign.TermKind.RETURN: _p("term", "Sending an unfit dossier back"),
        campaign.TermKind.APPRAISE: _p("term", "Appraisal"),
        campaign.TermKind.COPIES: _p("term", "Sending out the decision"),
    },
    campaign.AfterReturn: {
        campaign.AfterReturn.RESTART: _p("term", "Begins anew when the dossier comes back complete"),
        campaign.AfterReturn.RESUME: _p("term", "Goes on when the dossier comes back complete"),
    },
    campaign.StageMode: {
        campaign.StageMode.ALL_OF: _p("stage", "All must act"),
        campaign.StageMode.ANY_OF: _p("stage", "Any one may act"),
        campaign.StageMode.QUORUM: _p("stage", "A number of them must act"),
    },
    campaign.SkipBy: {
        campaign.SkipBy.SENDER: _p("skip", "Whoever sent the paper"),
        campaign.SkipBy.HEAD: _p("skip", "The head of the unit"),
    },
    campaign.Scope: {
        campaign.Scope.DOSSIER: _p("scope", "Once for the dossier"),
        campaign.Scope.NOMINEE: _p("scope", "For each nominee"),
    },
    campaign.DocumentKind: {
        campaign.DocumentKind.SUBMISSION_LETTER: _l("Submission letter"),
        campaign.DocumentKind.MINUTES: _l("Minutes of the council"),
        campaign.DocumentKind.ACHIEVEMENT_REPORT: _l("Achievement report"),
        campaign.DocumentKind.NOMINEE_LIST: _l("List of nominees"),
        campaign.DocumentKind.EVIDENCE: _l("Evidence"),
        campaign.DocumentKind.OTHER: _l("Other document"),
    },
    campaign.Mention: {
        campaign.Mention.NOMINEES: _p("mention", "Names of the nominees"),
        campaign.Mention.UNIT: _p("mention", "Name of the unit"),
        campaign.Mention.SCHEME: _p("mention", "The award"),
        campaign.Mention.YEARS: _p("mention", "Years"),
    },
    campaign.MediaType: {
        campaign.MediaType.PDF: _l("PDF file"),
        campaign.MediaType.DOCX: _l("Word document (DOCX)"),
        campaign.MediaType.PNG: _l("PNG picture"),
        campaign.MediaType.JPEG: _l("JPEG picture"),
    },
    campaign.Late: {
        campaign.Late.REFUSE: _p("lateness", "Late dossiers are refused"),
        campaign.Late.FLAG: _p("lateness", "Late dossiers are taken and marked"),
    },
    campaign.TimeStamping: {
        campaign.TimeStamping.REQUIRED: _p("time stamping", "A signature waits for its time stamp"),
        campaign.TimeStamping.MAY_FOLLOW: _p("time stamping", "The time stamp may follow the signature"),
    },
    campaign.DeadlineKind: {
        campaign.DeadlineKind.TO_COORDINATOR: _p("deadline", "Submission to the coordinator"),
        campaign.DeadlineKind.TO_CHAIR: _p("deadline", "Submission to the Chair"),
        campaign.DeadlineKind.TO_HEAD: _p("deadline", "Submission to the head"),
    },
    campaign.QuotaScope: {
        campaign.QuotaScope.CAMPAIGN: _p("quota", "Over the whole campaign"),
        campaign.QuotaScope.DOSSIER: _p("quota", "In each dossier"),
    },
    campaign.DecisionPath: {
        campaign.DecisionPath.OWN_HEAD: _p("path", "The unit's own head decides"),
        campaign.DecisionPath.THROUGH_COORDINATOR: _p("path", "Through coordinator and appraiser"),
    },
    campaign.Occurrence: {
        campaign.Occurrence.YEARLY: _p("occurrence", "Every year"),
        campaign.Occurrence.END_OF_PERIOD: _p("occurrence", "At the end of the period"),
    },
    campaign.CriterionKind: {
        campaign.CriterionKind.INDEX_SCORE: _p("criterion", "Index score"),
        campaign.CriterionKind.PLAN_COMPLETED: _p("criterion", "Plan carried out"),
        campaign.CriterionKind.TASK_LEVEL: _p("criterion", "Level of task completion"),
        campaign.CriterionKind.STATEMENT: _p("criterion", "Attested by the unit"),
        campaign.CriterionKind.HEAD_DEFINED: _p("criterion", "Set by the head"),
    },
    campaign.TaskLevel: {
        campaign.TaskLevel.NOT_DONE: _p("tasks", "Not completed"),
        campaign.TaskLevel.DONE: _p("tasks", "Completed"),
        campaign.TaskLevel.GOOD: _p("tasks", "Completed well"),
        campaign.TaskLevel.EXCELLENT: _p("tasks", "Completed excellently"),
    },
    campaign.Subject: {
        campaign.Subject.UNIT: _p("score", "Of the unit"),
        campaign.Subject.FIELD: _p("score", "Of the field in charge"),
    },
    campaign.Weight: {
        campaign.Weight.BLOCK: _p("weight", "Stops the submission"),
        campaign.Weight.WARN: _p("weight", "Warns only"),
    },
    campaign.ScreeningKind: {
        campaign.ScreeningKind.ONCE_FOR_ONE_ACHIEVEMENT: _p("screening", "One achievement, one award"),
        campaign.ScreeningKind.NOT_FROM_SUDDEN_MERIT: _p("screening", "Sudden or thematic merit is no basis"),
        campaign.ScreeningKind.NO_OPEN_PROCEEDINGS: _p("screening", "No open proceedings"),
        campaign.ScreeningKind.AFTER_DISCIPLINE: _p("screening", "After discipline"),
        campaign.ScreeningKind.MATERNITY_COUNTS: _p("screening", "Maternity leave counts"),
        campaign.ScreeningKind.TIE_PREFERS_WOMEN: _p("screening", "Women first on a tie"),
        campaign.ScreeningKind.WOMEN_LEADERS_SHORTER: _p("screening", "Shorter time for women leaders"),
        campaign.ScreeningKind.DIRECT_WORKERS: _p("principle", "Share of people without a leading position"),
        campaign.ScreeningKind.SINCE_LAST_AWARD: _p("principle", "Years since the last award"),
        campaign.ScreeningKind.OTHER: _p("screening", "Another principle"),
    },
    ChangeKind: {
        ChangeKind.ADDED: _p("change", "new"),
        ChangeKind.REMOVED: _p("change", "taken out"),
        ChangeKind.CHANGED: _p("change", "changed"),
        ChangeKind.MOVED: _p("change", "put in another order"),
    },
    campaign.BasisKind: {
        campaign.BasisKind.LAW: _p("legal text", "Law"),
        campaign.BasisKind.DECREE: _p("legal text", "Decree"),
        campaign.BasisKind.CIRCULAR: _p("legal text", "Circular"),
        campaign.BasisKind.DECISION: _p("legal text", "Decision"),
        campaign.BasisKind.PLAN: _p("legal text", "Plan"),
        campaign.BasisKind.RESOLUTION: _p("legal text", "Resolution"),
    },
}
