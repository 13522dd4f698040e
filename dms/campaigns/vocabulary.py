"""The closed words of a campaign file. Values are what the file says and what tables store."""

from enum import StrEnum

from dms.people.models import Capacity as Capacity  # noqa: PLC0414  (the file's words are one list; this one is also people's)
from dms.people.models import UnitKind as UnitKind  # noqa: PLC0414  (likewise)


class Form(StrEnum):
    """The title or form of commendation that a scheme confers (P05, P06; Law 06/2022, arts. 19-28, 74, 75)."""

    GIAY_KHEN = "giay_khen"
    BANG_KHEN = "bang_khen"
    CO_THI_DUA_TINH = "co_thi_dua_tinh"
    CHIEN_SI_THI_DUA_TINH = "chien_si_thi_dua_tinh"
    CHIEN_SI_THI_DUA_CO_SO = "chien_si_thi_dua_co_so"
    LAO_DONG_TIEN_TIEN = "lao_dong_tien_tien"
    TAP_THE_LAO_DONG_XUAT_SAC = "tap_the_lao_dong_xuat_sac"
    TAP_THE_LAO_DONG_TIEN_TIEN = "tap_the_lao_dong_tien_tien"


class NomineeKind(StrEnum):
    """Whom a scheme can award (P04); households where a regulation names them. The order is that of lists."""

    COLLECTIVE = "collective"
    HOUSEHOLD = "household"
    INDIVIDUAL = "individual"


class Side(StrEnum):
    """Whose unit a position belongs to: the nominating unit's own, or a body that the campaign names."""

    OWN = "own"
    COORDINATOR = "coordinator"
    APPRAISER = "appraiser"
    CHAIR = "chair"
    CHAIR_OFFICE = "chair_office"
    STEERING_COMMITTEE = "steering_committee"


class StepAction(StrEnum):
    """What a person does at a step of a signing route."""

    INITIALS = "initials"
    APPROVAL = "approval"
    NUMBER = "number"
    SEAL = "seal"


class StageMode(StrEnum):
    """Whether a stage needs all of its steps, any one, or a number of them."""

    ALL_OF = "all_of"
    ANY_OF = "any_of"
    QUORUM = "quorum"


class SkipBy(StrEnum):
    """Who may pass over a step that may be skipped: whoever sent the paper, or the head of the step's unit."""

    SENDER = "sender"
    HEAD = "head"


class Scope(StrEnum):
    """Whether a requirement is filled once in the dossier or once by each nominee (P17)."""

    DOSSIER = "dossier"
    NOMINEE = "nominee"


class DocumentKind(StrEnum):
    """What kind of paper fills a requirement."""

    SUBMISSION_LETTER = "submission_letter"
    MINUTES = "minutes"
    ACHIEVEMENT_REPORT = "achievement_report"
    NOMINEE_LIST = "nominee_list"
    EVIDENCE = "evidence"
    OTHER = "other"


class Mention(StrEnum):
    """What of the dossier a paper's text must agree with."""

    NOMINEES = "nominees"
    UNIT = "unit"
    SCHEME = "scheme"
    YEARS = "years"


class MediaType(StrEnum):
    """The media types that the service takes."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    PNG = "image/png"
    JPEG = "image/jpeg"


class Late(StrEnum):
    """What lateness does (P18, P19)."""

    REFUSE = "refuse"
    FLAG = "flag"


class TimeStamping(StrEnum):
    """Whether a signature waits for its time stamp, or may be made first and stamped when an authority answers."""

    REQUIRED = "required"
    MAY_FOLLOW = "may_follow"


class DeadlineKind(StrEnum):
    """Which hand-over a deadline is for, in the order in which they come."""

    TO_COORDINATOR = "to_coordinator"
    TO_CHAIR = "to_chair"
    TO_HEAD = "to_head"


class QuotaScope(StrEnum):
    """Over what a quota counts: all awards of the campaign, or the nominees of one dossier."""

    CAMPAIGN = "campaign"
    DOSSIER = "dossier"


class DecisionPath(StrEnum):
    """The way of a dossier: the unit's own head decides (P14), or it goes through coordinator and appraiser (P12)."""

    OWN_HEAD = "own_head"
    THROUGH_COORDINATOR = "through_coordinator"


class Occurrence(StrEnum):
    """When a scheme awards: every year, or once at the end of the period (P05, P06)."""

    YEARLY = "yearly"
    END_OF_PERIOD = "end_of_period"


class CriterionKind(StrEnum):
    """The kinds of criterion; each has one check in the completeness layer."""

    INDEX_SCORE = "index_score"
    PLAN_COMPLETED = "plan_completed"
    TASK_LEVEL = "task_level"
    STATEMENT = "statement"
    HEAD_DEFINED = "head_defined"


class TaskLevel(StrEnum):
    """How well tasks were done, from worst to best."""

    NOT_DONE = "not_done"
    DONE = "done"
    GOOD = "good"
    EXCELLENT = "excellent"


class Subject(StrEnum):
    """Whose index score counts: the unit's, or the field in the nominee's charge (P07, P09)."""

    UNIT = "unit"
    FIELD = "field"


class Weight(StrEnum):
    """What an unmet or unproven rule does to a submission."""

    BLOCK = "block"
    WARN = "warn"


class ScreeningKind(StrEnum):
    """A principle by which nominees are screened, whatever the scheme (Decree 152/2025, art. 4)."""

    ONCE_FOR_ONE_ACHIEVEMENT = "once_for_one_achievement"
    NOT_FROM_SUDDEN_MERIT = "not_from_sudden_merit"
    NO_OPEN_PROCEEDINGS = "no_open_proceedings"
    AFTER_DISCIPLINE = "after_discipline"
    MATERNITY_COUNTS = "maternity_counts"
    TIE_PREFERS_WOMEN = "tie_prefers_women"
    WOMEN_LEADERS_SHORTER = "women_leaders_shorter"
    DIRECT_WORKERS = "direct_workers"
    SINCE_LAST_AWARD = "since_last_award"
    OTHER = "other"


class BasisKind(StrEnum):
    """What kind of text a legal basis is."""

    LAW = "law"
    DECREE = "decree"
    CIRCULAR = "circular"
    DECISION = "decision"
    PLAN = "plan"
    RESOLUTION = "resolution"


class TermKind(StrEnum):
    """What a term in working days is for: sending an unfit dossier back, appraising it, sending out the decision."""

    RETURN = "return"
    APPRAISE = "appraise"
    COPIES = "copies"


class AfterReturn(StrEnum):
    """What becomes of a term when the dossier comes back complete: it begins anew, or goes on where it stopped."""

    RESTART = "restart"
    RESUME = "resume"
