"""What the appraiser is asked beside the findings: the campaign's screening principles, then the office's own list.

A principle that the data decide is shown with the verdict; one that they do not decide is answered by a person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from dms.appraisal.desk import questions
from dms.appraisal.desk.models import OfficeQuestion
from dms.appraisal.models import ReviewVerdict
from dms.appraisal.rules import Opinion, PointState
from dms.campaigns.parts import Screening
from dms.campaigns.spec import CampaignSpec
from dms.campaigns.vocabulary import NomineeKind, ScreeningKind, Weight
from dms.completeness.model import Verdict
from dms.dossiers.facts import Material
from dms.dossiers.models import Nominee

LEADING, DIRECT = "leading", "direct"
"""What a unit says of an individual's post: somebody who leads, or who does the work itself."""

_GUIDANCE = frozenset(
    {ScreeningKind.MATERNITY_COUNTS, ScreeningKind.TIE_PREFERS_WOMEN, ScreeningKind.WOMEN_LEADERS_SHORTER}
)
"""Principles that favour somebody: they guide the appraiser, and no answer to them can be missing."""


class AskedBy(StrEnum):
    """Where a question comes from."""

    CAMPAIGN = "campaign"
    OFFICE = "office"
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class Measured:
    """What the data say of a principle: how many of how many, and how many percent are asked."""

    verdict: Verdict
    count: int
    total: int
    percent: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with the appraiser's answer, if there is one. ``subject`` is the name under which it is kept."""

    subject: str
    text: str
    asked_by: AskedBy
    required: bool
    opinion: Opinion | None = None
    rule_id: str = ""
    citation: str = ""
    measured: Measured | None = None

    @property
    def state(self) -> PointState:
        """Where the question stands; one that need not be answered never stands in the way unanswered."""
        verdict = self.opinion.verdict if self.opinion and self.opinion.stands else None
        if verdict is ReviewVerdict.REJECTED:
            return PointState.REJECTED
        if verdict is ReviewVerdict.ACCEPTED:
            return PointState.ACCEPTED
        if self.measured and self.measured.verdict is not Verdict.NOT_PROVEN:
            return self._state_by_data(self.measured.verdict)
        return PointState.UNDECIDED if self.required else PointState.NOTED

    @property
    def is_open(self) -> bool:
        """Whether the dossier cannot be passed because of it."""
        return self.state in {PointState.UNDECIDED, PointState.REJECTED, PointState.BLOCKING}

    def _state_by_data(self, verdict: Verdict) -> PointState:
        if verdict is Verdict.MET:
            return PointState.MET
        return PointState.BLOCKING if self.required else PointState.NOTED


def asked_of(
    material: Material, office: Sequence[OfficeQuestion], opinions: Mapping[tuple[UUID | None, str], Opinion]
) -> Iterator[Asked]:
    """Everything that is asked of a dossier: principles in the order of the file, then the office's questions."""
    for principle in material.spec.screening:
        yield _principle(material.spec, principle, material.nominees, opinions)
    for question in office:
        subject = questions.subject_of(question)
        asked_by = AskedBy.OFFICER if question.owner_id else AskedBy.OFFICE
        yield Asked(subject, question.text, asked_by, question.required, opinions.get((None, subject)))


def subject_of_principle(code: str) -> str:
    """The name under which the answer to a screening principle is kept."""
    return f"screening:{code}"


def measure(principle: Screening, nominees: Sequence[Nominee]) -> Measured | None:
    """What the data say of a principle; None for one that only a person decides. Pure."""
    if principle.kind is not ScreeningKind.DIRECT_WORKERS or principle.percent is None:
        return None
    people = [each for each in nominees if each.kind is NomineeKind.INDIVIDUAL]
    posts = [each.sections.get("profile", {}).get("post", "") for each in people]
    direct, unknown, total = posts.count(DIRECT), sum(post not in {DIRECT, LEADING} for post in posts), len(posts)
    needed = f"{principle.percent.normalize():f}"
    if 100 * direct >= principle.percent * total:
        return Measured(Verdict.MET, direct, total, needed)
    can_be = 100 * (direct + unknown) >= principle.percent * total
    return Measured(Verdict.NOT_PROVEN if can_be else Verdict.NOT_MET, direct, total, needed)


def _principle(
    spec: CampaignSpec,
    principle: Screening,
    nominees: Sequence[Nominee],
    opinions: Mapping[tuple[UUID | None, str], Opinion],
) -> Asked:
    subject = subject_of_principle(principle.code)
    return Asked(
        subject=subject,
        text=principle.text,
        asked_by=AskedBy.CAMPAIGN,
        required=principle.weight is Weight.BLOCK and principle.kind not in _GUIDANCE,
        opinion=opinions.get((None, subject)),
        rule_id=principle.rule,
        citation=spec.cite(principle.citation),
        measured=measure(principle, nominees),
    )
