"""The decision and the certificate as papers, filled from what the system knows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dms import clock
from dms.awards.models import Award, Decision
from dms.campaigns.spec import CampaignSpec, Scheme
from dms.campaigns.vocabulary import Form, NomineeKind, Side
from dms.dossiers.legal import preamble
from dms.dossiers.models import Nominee
from dms.errors import NotFound
from dms.papers import data, decisions, typeset
from dms.people import service as people
from dms.policy import PositionKind

FORM_NAMES = {Form.BANG_KHEN: "Bằng khen", Form.GIAY_KHEN: "Giấy khen"}


def award_name(scheme: Scheme, conferrer: str) -> str:
    """The award's full name as the register prints it."""
    return f"{FORM_NAMES[scheme.form]} của {scheme.decision.authority.title or conferrer}"


def achievement_of(nominee: Nominee, campaign_title: str) -> str:
    """The achievement that the certificate prints: the nominee's own line, else the campaign's title."""
    return nominee.achievement or f"Đã có thành tích xuất sắc trong {campaign_title[:1].lower()}{campaign_title[1:]}"


def decision_docx(
    session: Session, decision: Decision, spec: CampaignSpec, *, nominees: Sequence[Nominee], now: datetime
) -> bytes:
    """The decision as DOCX in the form of Nghị định 30/2020, annex I, with gaps for number and date."""
    scheme = spec.scheme(decision.scheme_code)
    if scheme is None:
        raise NotFound("scheme_not_found")
    name = people.name_on(session, decision.conferrer_id, clock.day_of(now))
    proposer = spec.body(Side.APPRAISER)
    value = data.AwardDecision(
        head=data.Letterhead(
            issuer=name.name, symbol=f"QĐ-{name.symbol}", place=name.place, parent=name.superior or ""
        ),
        authority=scheme.decision.authority.title,
        award=award_name(scheme, name.name),
        campaign=spec.title,
        legal_bases=preamble(spec),
        proposal=proposer.title if proposer else name.name,
        nominees=_nominees(nominees),
        executors=tuple(filter(None, (proposer.title if proposer else "", "các cơ quan, đơn vị có liên quan"))),
        signer=signer_of(session, decision, now=now),
        recipients=data.Recipients(names=spec.recipients[:3]),
        bonus=spec.funds.bonus or "",
    )
    return decisions.award_decision(value)


def certificate_pdf(session: Session, award: Award, decision: Decision, *, verify_url: str, demo: bool) -> bytes:
    """The certificate as PDF/A; its QR code leads to the public verification page."""
    name = people.name_on(session, decision.conferrer_id, award.decided_on)
    return typeset.certificate(
        data.Certificate(
            authority=award.title.partition(" của ")[2] or award.conferrer_name,
            award=FORM_NAMES[Form(award.form)],
            recipient=award.recipient,
            detail=", ".join(filter(None, (award.position_title, award.workplace or award.unit_name))),
            achievement=award.achievement,
            decision=award.decision_number,
            decided_on=award.decided_on,
            golden_book=award.ordinal,
            place=name.place,
            signer=signer_of(session, decision, now=decision.conferred_at or decision.prepared_at),
            verify_url=verify_url,
            demo=demo,
        )
    )


def signer_of(session: Session, decision: Decision, *, now: datetime) -> data.Signer:
    """Who signs for the conferring body on that day; blank where the seat is empty, for the clerk to fill in."""
    seats = people.holders(session, unit_id=decision.conferrer_id, kind=PositionKind.HEAD, day=clock.day_of(now))
    if not seats:
        return data.Signer(name="", position="")
    return data.Signer(name=seats[0].full_name, position=seats[0].title, capacity=seats[0].capacity.value)


def _nominees(nominees: Sequence[Nominee]) -> data.Nominees:
    return data.Nominees(
        collectives=tuple(_nominee(n) for n in nominees if n.kind is NomineeKind.COLLECTIVE),
        individuals=tuple(_nominee(n) for n in nominees if n.kind is NomineeKind.INDIVIDUAL),
    )


def _nominee(nominee: Nominee) -> data.Nominee:
    detail = ", ".join(filter(None, (nominee.position_title, nominee.workplace)))
    return data.Nominee(name=nominee.name, detail=detail, achievement=nominee.achievement)
