"""The letter that goes with the appraiser's return: what to add or mend, as a paper beside the list on screen (P22).

It is drafted in the same act as the return, becomes a PDF by itself, and can be signed, numbered and sealed like any
other letter of the office.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dms import clock
from dms.appraisal.desk.models import Remark, ReturnLetter
from dms.audit import Trail, record
from dms.campaigns import service as campaigns
from dms.campaigns.parts import Stage, Step
from dms.campaigns.spec import Scheme
from dms.campaigns.terms import term_of
from dms.campaigns.vocabulary import AfterReturn, Capacity, Side, StepAction, TermKind
from dms.documents import service as documents
from dms.documents.models import DocumentKind, Origin
from dms.documents.service import Desk
from dms.dossiers import service as dossiers
from dms.dossiers.models import Dossier, Nominee, Return, ReturnItem
from dms.dossiers.sources import award_name, head_of, head_signer
from dms.errors import NotFound
from dms.papers import data, requests
from dms.people import service as people
from dms.policy import Actor, Permission, PositionKind, Status, allows, require
from dms.signing import placement
from dms.signing.models import SigningRoute
from dms.signing.service import RoutePlan, SigningDesk

TITLE = "Công văn yêu cầu bổ sung, hoàn thiện hồ sơ đề nghị khen thưởng"
FIELD = "TĐKT"  # what the letter is about, in its symbol (Decree 30/2020, annex I, II.3)
_TERM = {
    AfterReturn.RESTART: "Thời hạn thẩm định được tính lại từ ngày nhận đủ hồ sơ",
    AfterReturn.RESUME: "Thời hạn thẩm định tạm dừng từ ngày trả lại và tiếp tục được tính từ ngày nhận đủ hồ sơ",
}
_WHOLE = "Hồ sơ"

_ROUTE: Final = (
    Stage(title="Ký nháy", steps=(Step(action=StepAction.INITIALS, position=PositionKind.SPECIALIST),)),
    Stage(
        title="Lãnh đạo cơ quan ký",
        steps=(
            Step(
                action=StepAction.APPROVAL,
                position=PositionKind.HEAD,
                capacities=(Capacity.NONE, Capacity.KT, Capacity.Q),
            ),
        ),
    ),
    Stage(title="Cấp số và ngày", steps=(Step(action=StepAction.NUMBER, position=PositionKind.REGISTRAR),)),
    Stage(title="Đóng dấu cơ quan", steps=(Step(action=StepAction.SEAL, position=PositionKind.REGISTRAR),)),
)
"""How a letter of an office is signed where the campaign sets no route for the appraiser's papers."""


def trail_of(letter: ReturnLetter) -> Trail:
    """What is done with the letter stands in the dossier's chain."""
    return Trail("dossier", letter.dossier_id)


def get(session: Session, letter_id: UUID, *, by: Actor) -> ReturnLetter:
    """Return a letter that the actor may read: whoever may read the dossier. Raises NotFound."""
    letter = session.get(ReturnLetter, letter_id)
    if letter is None:
        raise NotFound("return_letter_not_found")
    dossiers.get(session, letter.dossier_id, by=by)
    return letter


def of_dossier(session: Session, dossier_id: UUID) -> dict[UUID, ReturnLetter]:
    """The letters of a dossier by the return that each goes with; one query."""
    query = select(ReturnLetter).where(ReturnLetter.dossier_id == dossier_id)
    return {each.return_id: each for each in session.scalars(query.options(joinedload(ReturnLetter.document)))}


def draft(
    session: Session, desk: Desk, sent_back: Return, remarks: Sequence[Remark], *, by: Actor, now: datetime
) -> ReturnLetter | None:
    """Write the letter of a return by the appraiser, as a DOCX version; a PDF follows by itself.

    None for a return by the coordinator, whose word on the screen is enough.
    """
    dossier = session.get_one(Dossier, sent_back.dossier_id)
    if sent_back.from_status is not Status.CONSOLIDATED or dossier.appraiser_id is None:
        return None
    content = requests.supplement_request(_words(session, dossier, sent_back, remarks, now=now))
    with BytesIO(content) as source:
        intake = documents.receive(desk, source, filename=f"{TITLE[:80]} {dossier.code}.docx")
    letter = _open(session, dossier, sent_back, now=now)
    version = documents.add_version(
        session, letter.document_id, intake, origin=Origin.DRAFTED, trail=trail_of(letter), by=by, now=now
    )
    told = {"document": letter.document_id, "version": version.number, "return": sent_back.id}
    record(session, trail_of(letter), "dossier:return:letter", by=by, now=now, **told)
    return letter


def send_for_signature(
    session: Session, desk: SigningDesk, letter_id: UUID, *, by: Actor, now: datetime
) -> SigningRoute:
    """Put the letter on its way to the signers of the office. Raises NotFound, PermissionDenied, Invalid, Conflict."""
    letter = get(session, letter_id, by=by)
    dossier = session.get_one(Dossier, letter.dossier_id)
    require(by, Permission.APPRAISAL_EDIT, dossier)
    scheme = campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    plan = RoutePlan(
        title=letter.document.title,
        stages=_stages(scheme),
        units={Side.OWN: letter.sender_id, Side.APPRAISER: letter.sender_id},
        trail=trail_of(letter),
        place=dossier.code,
        campaign=dossier.campaign_code,
        scheme=dossier.scheme_code,
    )
    return placement.start(session, desk, letter.document, plan, by=by, now=now)


def line_of(remark: Remark) -> str:
    """A remark as a line of the list: "Trang 2: …"."""
    return f"Trang {remark.page}: {remark.text}" if remark.page else remark.text


def may_send(dossier: Dossier, by: Actor) -> bool:
    """Whether the actor may put the dossier's letters on their way."""
    return dossier.appraiser_id is not None and allows(by, Permission.APPRAISAL_EDIT, dossier)


def _stages(scheme: Scheme) -> tuple[Stage, ...]:
    """The campaign's route of the appraiser's paper, where every step is the appraiser's; else an office's."""
    own = {Side.APPRAISER, Side.OWN}
    routes = (each.route for each in scheme.hand_overs if each.sent_by is Side.APPRAISER)
    return next((route for route in routes if all(s.unit in own for stage in route for s in stage.steps)), _ROUTE)


def _open(session: Session, dossier: Dossier, sent_back: Return, *, now: datetime) -> ReturnLetter:
    sender = dossier.appraiser_id
    if sender is None:
        raise NotFound("return_letter_not_found")
    name = people.name_on(session, sender, clock.day_of(now))
    document = documents.create_document(
        session, unit_id=sender, kind=DocumentKind.OTHER, title=TITLE, symbol=f"{name.symbol}-{FIELD}"
    )
    session.flush()
    letter = ReturnLetter(return_id=sent_back.id, dossier_id=dossier.id, sender_id=sender, document_id=document.id)
    session.add(letter)
    session.flush()
    return letter


# --- its words


def _words(
    session: Session, dossier: Dossier, sent_back: Return, remarks: Sequence[Remark], *, now: datetime
) -> requests.SupplementRequest:
    day, sender = clock.day_of(now), dossier.appraiser_id or dossier.unit_id
    spec = campaigns.spec_of(dossier.revision)
    scheme = campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    name = people.name_on(session, sender, day)
    term = term_of(scheme, TermKind.APPRAISE)
    return requests.SupplementRequest(
        head=head_of(name, f"{name.symbol}-{FIELD}"),
        sender=name.name,
        unit=people.name_on(session, people.successor_of(session, dossier.unit_id, day), day).name,
        code=dossier.code,
        award=award_name(session, dossier, scheme, day),
        campaign=spec.title,
        received_on=clock.day_of(dossier.appraiser_since) if dossier.appraiser_since else None,
        general=tuple(_general(sent_back, remarks)),
        pieces=tuple(_pieces(session, scheme, sent_back, remarks)),
        term=_TERM[term.after_return] if term else "",
        signer=head_signer(session, sender, people.get_unit(session, sender).kind, day),
        recipients=data.Recipients(),
    )


def _general(sent_back: Return, remarks: Iterable[Remark]) -> Iterable[str]:
    """What was said of the whole, unless it only repeats the notes at the pieces."""
    notes = {item.note.strip() for item in sent_back.items}
    said = _lines(sent_back.reason)
    if sent_back.reason.strip() not in notes and not set(said) <= {line for note in notes for line in _lines(note)}:
        yield from said
    yield from (each.text for each in remarks if each.requirement_code is None and each.nominee_id is None)


def _pieces(
    session: Session, scheme: Scheme, sent_back: Return, remarks: Sequence[Remark]
) -> Iterable[requests.Amendments]:
    for item in sent_back.items:
        lines = [*_lines(item.note), *(line for each in remarks if _is_of(each, item) for line in [line_of(each)])]
        unique = tuple(dict.fromkeys(lines)) or (sent_back.reason,)
        yield requests.Amendments(title=_title(session, scheme, item), items=unique)


def _title(session: Session, scheme: Scheme, item: ReturnItem) -> str:
    requirement = scheme.requirement(item.requirement_code) if item.requirement_code else None
    nominee = session.get(Nominee, item.nominee_id) if item.nominee_id else None
    named = [requirement.title if requirement else "", nominee.name if nominee else ""]
    return " – ".join(filter(None, named)) or _WHOLE


def _is_of(remark: Remark, item: ReturnItem) -> bool:
    return (remark.requirement_code, remark.nominee_id) == (item.requirement_code, item.nominee_id)


def _lines(text: str) -> list[str]:
    """The sentences of a note, one to a line."""
    return [line.strip(" -•\t") for line in text.splitlines() if line.strip(" -•\t")]
