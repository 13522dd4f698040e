"""The decision and the certificate as papers, filled from what the system knows."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock
from dms.appraisal.models import AppraisalLetter, AppraisalLetterItem
from dms.awards.models import Award, Decision
from dms.campaigns.spec import CampaignSpec, Scheme
from dms.campaigns.vocabulary import Form, NomineeKind, Side, StepAction
from dms.documents import service as documents
from dms.documents.models import Document
from dms.dossiers.legal import preamble
from dms.dossiers.mentions import FORM_WORDS, award_in_words
from dms.dossiers.models import Nominee
from dms.dossiers.service import unit_name
from dms.papers import data, decisions, typeset
from dms.papers.wording import spelled_date_or_gaps
from dms.people import service as people
from dms.people.models import Position
from dms.policy import PositionKind
from dms.signing.models import SigningRoute, Step, StepOutcome
from dms.text import fold

_OF = " của "

_MOST_RECIPIENTS = 3  # those for whom a decision on awards is work; the rest read of it


def award_name(form: Form, authority: str) -> str:
    """The award's full name as the register prints it: "Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh …"."""
    return award_in_words(form, authority)


def authority_of(session: Session, scheme: Scheme, conferrer_id: UUID, day: date) -> str:
    """Who confers, in full and with the place: the head's title and the unit's name on that day.

    A campaign file speaks in general ("Thủ trưởng cơ quan, đơn vị"); it is heard only where the unit has no such seat.
    """
    unit = people.name_on(session, conferrer_id, day)
    title = head_title(session, conferrer_id, day)
    return joined(title, unit.name) if title else scheme.decision.authority.title or unit.name


def head_title(session: Session, unit_id: UUID, day: date) -> str:
    """The title of the head's seat in the unit or its successor, whoever sits there; empty where there is none."""
    query = select(Position.title).where(
        Position.unit_id == people.successor_of(session, unit_id, day), Position.kind == PositionKind.HEAD
    )
    return session.scalars(query).first() or ""


def joined(title: str, unit: str) -> str:
    """A title and a unit without saying twice what they share: "Trưởng ban" + "Ban Chỉ đạo" = "Trưởng Ban Chỉ đạo"."""
    words, name = title.split(), unit.split()
    for shared in range(min(len(words), len(name)), 0, -1):
        if [word.casefold() for word in words[-shared:]] == [word.casefold() for word in name[:shared]]:
            return " ".join((*words[:-shared], *name))
    return f"{title} {unit}"


def achievement_of(nominee: Nominee, campaign_title: str) -> str:
    """The achievement that the certificate prints: the nominee's own line, else the campaign's title."""
    return nominee.achievement or f"Đã có thành tích xuất sắc trong {campaign_title[:1].lower()}{campaign_title[1:]}"


def decision_docx(
    session: Session,
    decision: Decision,
    spec: CampaignSpec,
    *,
    scheme: Scheme,
    nominees: Sequence[Nominee],
    now: datetime,
) -> bytes:
    """The decision as DOCX in the form of Nghị định 30/2020, annex I, with gaps for number and date."""
    day = clock.day_of(now)
    name = people.name_on(session, decision.conferrer_id, day)
    authority = authority_of(session, scheme, decision.conferrer_id, day)
    proposer = spec.body(Side.APPRAISER)
    value = data.AwardDecision(
        head=data.Letterhead(
            issuer=name.name, symbol=f"QĐ-{name.symbol}", place=name.place, parent=name.superior or ""
        ),
        authority=authority,
        award=award_name(scheme.form, authority),
        campaign=spec.title,
        legal_bases=tuple(f"Căn cứ {basis}" for basis in preamble(spec, day)),
        proposal=proposal(session, proposer.title if proposer else name.name, nominees),
        nominees=_nominees(nominees),
        executors=tuple(filter(None, (proposer.title if proposer else "", "các cơ quan, đơn vị có liên quan"))),
        signer=_expected_signer(session, decision.conferrer_id, day),
        recipients=data.Recipients(names=_recipients(spec)),
        bonus=spec.funds.bonus or "",
    )
    return decisions.award_decision(value)


def proposal(session: Session, proposer: str, nominees: Sequence[Nominee]) -> str:
    """Who proposes, with the letters of the appraiser that name these nominees, once they are numbered (P22)."""
    query = (
        select(Document)
        .join(AppraisalLetter, AppraisalLetter.document_id == Document.id)
        .join(AppraisalLetter.items)
        .where(AppraisalLetterItem.nominee_id.in_([nominee.id for nominee in nominees]))
        .where(AppraisalLetter.given_up_at.is_(None), Document.number.is_not(None))
        .distinct()
    )
    letters = sorted(session.scalars(query), key=lambda document: (document.issued_year or 0, document.number or 0))
    return f"{proposer} tại {' và '.join(map(_cited, letters))}" if letters else proposer


def _cited(letter: Document) -> str:
    number = documents.format_number(letter.number or 0, letter.symbol or "")
    return f"Tờ trình số {number} {spelled_date_or_gaps(letter.issued_on)}"


def _recipients(spec: CampaignSpec) -> tuple[str, ...]:
    """Those who get the decision after the plan's list (P24), without its filing line: the paper has its own."""
    return tuple(name for name in spec.recipients if not name.startswith("Lưu"))[:_MOST_RECIPIENTS]


def certificate_pdf(session: Session, award: Award, decision: Decision, *, verify_url: str, demo: bool) -> bytes:
    """The certificate as PDF/A; its QR code leads to the public verification page."""
    name = people.name_on(session, decision.conferrer_id, award.decided_on)
    return typeset.certificate(
        data.Certificate(
            authority=award.title.removeprefix(f"{FORM_WORDS[Form(award.form)]}{_OF}")
            if award.title.startswith(f"{FORM_WORDS[Form(award.form)]}{_OF}")
            else award.conferrer_name,
            award=FORM_WORDS[Form(award.form)],
            recipient=award.recipient,
            honorific=honorific_of(session.get_one(Nominee, award.nominee_id)),
            detail=detail_of(award),
            achievement=award.achievement,
            decision=award.decision_number,
            decided_on=award.decided_on,
            golden_book=award.ordinal,
            place=name.place,
            signer=signer_of(session, decision, award.decided_on),
            verify_url=verify_url,
            demo=demo,
        )
    )


def detail_of(award: Award) -> str:
    """The line under the recipient's name: position, workplace and unit."""
    return told(award.recipient, award.position_title, award.workplace, award.unit_name)


def told(name: str, *where: str) -> str:
    """Position, workplace and unit as one line; what is said already (a unit within a workplace) is said once."""
    said = fold(name)
    parts: list[str] = []
    for part in where:
        if part and fold(part) not in said:
            parts.append(part)
            said += f" {fold(part)}"
    return ", ".join(parts)


def honorific_of(nominee: Nominee) -> str:
    """The form of address (Ông, Bà) where the nominee's data say it, else nothing."""
    profile = nominee.sections.get("profile")
    return str(profile.get("honorific", "")) if isinstance(profile, dict) else ""


def signer_of(session: Session, decision: Decision, day: date) -> data.Signer:
    """Who signed the decision, in the capacity of that act; before it is signed, who is expected to."""
    query = (
        select(Step)
        .join(Step.route)
        .where(
            SigningRoute.document_id == decision.document_id,
            Step.action == StepAction.APPROVAL,
            Step.outcome == StepOutcome.DONE,
        )
        .order_by(Step.acted_at.desc())
    )
    step = session.scalars(query).first()
    if step is None:
        return _expected_signer(session, decision.conferrer_id, day)
    return data.Signer(
        name=step.actor_name or "",
        position=step.position_title or "",
        capacity=step.capacity.value if step.capacity else "none",
        principal=head_title(session, step.unit_id, day),
    )


def _expected_signer(session: Session, conferrer_id: UUID, day: date) -> data.Signer:
    """The head of that day, or the head's delegate; blank where the seat is empty, for the clerk to fill in."""
    seats = people.holders(session, unit_id=conferrer_id, kind=PositionKind.HEAD, day=day)
    if not seats:
        return data.Signer(name="", position="")
    return data.Signer(
        name=seats[0].full_name,
        position=seats[0].title,
        capacity=seats[0].capacity.value,
        principal=head_title(session, conferrer_id, day),
    )


def _nominees(nominees: Sequence[Nominee]) -> data.Nominees:
    return data.Nominees(
        collectives=tuple(_nominee(n) for n in nominees if n.kind is NomineeKind.COLLECTIVE),
        households=tuple(_nominee(n) for n in nominees if n.kind is NomineeKind.HOUSEHOLD),
        individuals=tuple(_nominee(n) for n in nominees if n.kind is NomineeKind.INDIVIDUAL),
    )


def _nominee(nominee: Nominee) -> data.Nominee:
    return data.Nominee(
        name=nominee.name,
        detail=told(nominee.name, nominee.position_title, nominee.workplace, unit_name(nominee.dossier).name),
        achievement=nominee.achievement,
        honorific=honorific_of(nominee),
    )
