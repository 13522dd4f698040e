"""The Chair's office at work: appraised dossiers, a decision, signers with real keys. Only the names are made up."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from uuid import UUID

import typst
from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock, handlers, outbox
from dms.appraisal.models import Consolidation, ConsolidationEntry
from dms.audit import Trail
from dms.awards import service
from dms.awards.models import Award, Decision
from dms.campaigns.parts import Stage, Step
from dms.campaigns.vocabulary import NomineeKind, Side, StepAction
from dms.documents import service as documents
from dms.documents.models import Document, DocumentKind, Origin
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier, Nominee, Part
from dms.handlers import Workshop
from dms.outbox import OutboxEvent
from dms.people import service as people
from dms.people.models import Unit
from dms.policy import SYSTEM, Actor, PositionKind, Role, Status
from dms.signing import credentials, placement, signatures
from dms.signing import service as routes
from dms.signing.models import SigningRoute
from dms.signing.service import RoutePlan, SigningDesk
from tests import factories as make

P, A = PositionKind, StepAction
DECIDED_ON = date(2026, 1, 15)
BASE_URL = "https://thiduakhenthuong.example.vn"
PAPER = """
#set page(paper: "a4", margin: (left: 3cm, rest: 2cm))
#set text(font: "Tinos", size: 13pt, lang: "vi")
#grid(columns: (1fr, 1fr), align: center,
  [*CHỦ TỊCH UBND TỈNH VĨNH LONG* \\ Số:#h(42pt)/QĐ-UBND],
  [*CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM* \\ _Vĩnh Long, ngày#h(26pt)tháng#h(26pt)năm#h(34pt)_])
#align(center)[*%(title)s*]
Nội dung của văn bản./.
#v(.6cm)
#align(right)[*%(position)s* #v(2.6cm) *%(signer)s*]
"""
ONE_SIGNATURE = (Stage(title="Thủ trưởng ký", steps=(Step(action=A.APPROVAL, position=P.HEAD, unit=Side.APPRAISER),)),)


def a_pdf(title: str, position: str = "CHỦ TỊCH", signer: str = "Trần Quốc Trưởng") -> bytes:
    return typst.compile((PAPER % {"title": title, "position": position, "signer": signer}).encode())


@dataclass
class Chancery:
    """The bodies of the plan, the people of the decision's route, and what a worker needs."""

    session: Session
    desk: SigningDesk
    province: make.Province
    clerk: Actor
    archivist: Actor
    staff: dict[str, UUID] = field(default_factory=dict)

    def on(self, session: Session) -> "Chancery":
        """The same office on another session, as the app's requests have one each."""
        return Chancery(session, self.desk, make.a_province(session), self.clerk, self.archivist, self.staff)

    # --- people

    def seat(self, role: str, unit: Unit, kind: PositionKind, *, name: str, title: str, key: bool = True) -> None:
        person = make.a_person(self.session, name)
        make.an_appointment(self.session, person, unit, kind, title=title)
        if key:
            credentials.bind_key(
                self.session, self.desk, person_id=person.id, reference=role, by=SYSTEM, now=clock.now()
            )
        self.staff[role] = person.id

    def actor(self, role: str) -> Actor:
        return people.actor_of(self.session, self.staff[role], clock.day_of(clock.now()))

    # --- dossiers

    def appraised(
        self,
        individuals: Iterable[str] = ("Nguyễn Thị Thuỳ Dương",),
        collectives: Iterable[str] = (),
        *,
        left_out: Iterable[str] = (),
        unit: Unit | None = None,
    ) -> Dossier:
        """A dossier that passed the appraisal, whose nominees the coordinator put forward in this order."""
        dossier = make.a_dossier(self.session, unit=unit)
        clerk = make.clerk_of(self.session, dossier)
        kinds = ((NomineeKind.COLLECTIVE, collectives), (NomineeKind.INDIVIDUAL, (*individuals, *left_out)))
        listed = self._list(dossier)
        for kind, names in kinds:
            for name in names:
                workplace = "Phòng Chuyển đổi số" if kind is NomineeKind.INDIVIDUAL else ""
                nominee = make.a_nominee(self.session, dossier, name, kind=kind, by=clerk, workplace=workplace)
                rank, selected = len(listed.entries) + 1, name not in left_out
                listed.entries.append(ConsolidationEntry(nominee_id=nominee.id, rank=rank, selected=selected))
        dossier.status = Status.APPRAISED
        self.session.flush()
        return dossier

    def _list(self, dossier: Dossier) -> Consolidation:
        found = self.session.scalars(
            select(Consolidation).where(Consolidation.revision_id == dossier.revision_id)
        ).first()
        if found is None:
            found = Consolidation(
                revision_id=dossier.revision_id,
                scheme_code=dossier.scheme_code,
                coordinator_id=dossier.coordinator_id,
                appraiser_id=dossier.appraiser_id,
                conferrer_id=dossier.conferrer_id,
                opened_at=make.NOW,
                sent_at=make.NOW,
            )
            self.session.add(found)
            self.session.flush()
        return found

    def add_signed_paper(self, dossier: Dossier, title: str = "Tờ trình đề nghị khen thưởng") -> Document:
        """A paper of the dossier, signed by one person with a real key."""
        document = documents.create_document(
            self.session, unit_id=dossier.unit_id, kind=DocumentKind.SUBMISSION_LETTER, title=title
        )
        self.upload(document, a_pdf(title, "GIÁM ĐỐC", "Nguyễn Thị Thuỳ Dương"), trail_of(dossier))
        self.session.add(Part(dossier_id=dossier.id, requirement_code="to-trinh", document_id=document.id))
        plan = RoutePlan(
            title=title,
            stages=ONE_SIGNATURE,
            units={Side.APPRAISER: self.province.appraiser.id},
            trail=trail_of(dossier),
        )
        route = placement.start(self.session, self.desk, document, plan, by=SYSTEM, now=clock.now())
        self._sign(route, A.APPROVAL, "head")
        self.session.flush()
        return document

    def upload(self, document: Document, content: bytes, trail: Trail) -> None:
        taken = documents.receive(self.desk.desk, BytesIO(content), filename="van-ban.pdf")
        documents.add_version(
            self.session, document.id, taken, origin=Origin.UPLOADED, trail=trail, by=SYSTEM, now=clock.now()
        )

    # --- decisions

    def prepare(self, *dossiers: Dossier, only: Iterable[str] | None = None) -> Decision:
        """A decision on the chosen nominees of the dossiers, drawn up by the Chair's office."""
        nominees = self.nominees(*dossiers)
        wanted = [n.id for n in nominees if only is None or n.name in set(only)]
        return service.prepare_decision(
            self.session,
            self.desk.desk,
            revision_id=dossiers[0].revision_id,
            scheme_code=dossiers[0].scheme_code,
            nominee_ids=wanted,
            by=self.clerk,
            now=clock.now(),
        )

    def nominees(self, *dossiers: Dossier) -> list[Nominee]:
        query = (
            select(Nominee)
            .join(ConsolidationEntry, ConsolidationEntry.nominee_id == Nominee.id)
            .where(Nominee.dossier_id.in_(make.ids(dossiers)), ConsolidationEntry.selected)
            .order_by(ConsolidationEntry.rank)
        )
        return list(self.session.scalars(query))

    def as_pdf(self, decision: Decision) -> None:
        """Put a small PDF in the place of the draft, which saves the tests a run of LibreOffice."""
        service.replace_paper(
            self.session,
            self.desk.desk,
            decision.id,
            BytesIO(a_pdf("QUYẾT ĐỊNH Về việc tặng Bằng khen")),
            filename="quyet-dinh.pdf",
            by=self.clerk,
            now=clock.now(),
        )

    def send(self, decision: Decision) -> SigningRoute:
        return service.send_for_signature(self.session, self.desk, decision.id, by=self.clerk, now=clock.now())

    def sign(self, route: SigningRoute, *, number: int = 125, on: date = DECIDED_ON) -> None:
        """Every step of the decision's route: two initials, the Chair, number and date, the seal."""
        self._sign(route, A.INITIALS, "head")
        self._sign(route, A.INITIALS, "deputy")
        self._sign(route, A.APPROVAL, "chair")
        self.number(route, number, on)
        self._sign(route, A.SEAL, "registrar")

    def number(self, route: SigningRoute, number: int, on: date) -> None:
        step = next(step for step in route.steps if step.action is A.NUMBER)
        by = self.actor("registrar")
        given = {"number": number, "symbol": "QĐ-UBND", "issued_on": on}
        routes.give_number(self.session, step.id, **given, by=by, now=clock.now())

    def _sign(self, route: SigningRoute, action: StepAction, role: str) -> None:
        by, now = self.actor(role), clock.now()
        step = next(s for s in route.steps if s.action is action and s.outcome is None)
        pending = signatures.prepare(
            self.session, self.desk, step.id, shown_digest=route.version.digest, by=by, now=now
        )
        raw = signatures.answer(self.session, self.desk, pending.id)
        signatures.finish(self.session, self.desk, pending.id, raw, by=by, now=now)

    def conferred(self, *dossiers: Dossier, **given: object) -> list[Award]:
        """The awards of a decision on the dossiers that everybody signed; certificates and seals are still to come."""
        decision = self.prepare(*dossiers)
        self.as_pdf(decision)
        self.sign(self.send(decision), **given)  # type: ignore[arg-type]
        self.settle()
        return service.awards_of(self.session, decision)

    # --- the worker

    def settle(self) -> None:
        """What the edge does before it commits."""
        handlers.drain(self.session, now=clock.now())
        self.session.flush()

    def work(self, workshop: Workshop | None = None) -> None:
        """What the worker does until nothing waits: each event once."""
        workshop = workshop or Workshop(desk=self.desk.desk, signing=self.desk, base_url=BASE_URL, demo=True)
        seen: set[object] = set()
        while fresh := [each for each in outbox.due(self.session, now=clock.now()) if each not in seen]:
            for event_id in fresh:
                seen.add(event_id)
                handlers.handle(self.session, event_id, workshop, now=clock.now())

    def waiting_events(self) -> list[OutboxEvent]:
        return list(self.session.scalars(select(OutboxEvent).where(OutboxEvent.done_at.is_(None))))


def a_chancery(session: Session, desk: SigningDesk) -> Chancery:
    province = make.a_province(session)
    chancery = Chancery(
        session,
        desk,
        province,
        clerk=make.an_actor(session, province.committee, Role.CHAIR_OFFICE, name="Mai Quang Vinh"),
        archivist=make.an_actor(session, province.appraiser, Role.ARCHIVIST, name="Phan Thị Hồng"),
    )
    chancery.seat("head", province.appraiser, P.HEAD, name="Nguyễn Thị Thuỳ Dương", title="Giám đốc")
    chancery.seat("deputy", province.office, P.HEAD, name="Lê Hoàng Phước Ưu", title="Chánh Văn phòng")
    chancery.seat("chair", province.committee, P.HEAD, name="Trần Quốc Trưởng", title="Chủ tịch")
    chancery.seat("registrar", province.office, P.REGISTRAR, name="Lâm Thị Yến", title="Văn thư", key=False)
    credentials.bind_key(session, desk, unit_id=province.committee.id, reference="seal", by=SYSTEM, now=clock.now())
    return chancery
