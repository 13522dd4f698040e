"""A department with its people, keys and papers, as the signing tests need it. Everything is real but the names."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import typst
from sqlalchemy.orm import Session

from demo.pictures import demo_seal_picture, demo_signature_picture
from dms import clock
from dms.audit import Trail
from dms.campaigns.parts import Stage, Step
from dms.campaigns.vocabulary import Side, StageMode, StepAction
from dms.documents import service as documents
from dms.documents.models import Document, DocumentKind, Origin
from dms.documents.service import Desk
from dms.people import delegations
from dms.people import service as people
from dms.people.models import Capacity, Delegation, Person, Unit
from dms.policy import SYSTEM, Actor, PositionKind
from dms.signing import credentials, placement, service, signatures
from dms.signing.models import Signature, SigningRoute
from dms.signing.models import Step as RouteStep
from dms.signing.service import RoutePlan, SigningDesk
from storage.filesystem import FilesystemStorage
from tests.factories import a_person, a_unit, an_appointment
from tests.pki import Pki

P = PositionKind
INITIALS, APPROVAL = StepAction.INITIALS, StepAction.APPROVAL
NUMBER, SEAL = StepAction.NUMBER, StepAction.SEAL

LETTER = """
#set page(paper: "a4", margin: (left: 3cm, rest: 2cm))
#set text(font: "Tinos", size: 13pt, lang: "vi")
#grid(columns: (2fr, 3fr), align: center, row-gutter: 12pt,
  [UBND TỈNH VĨNH LONG \\ *SỞ NỘI VỤ*],
  [*CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM* \\ *Độc lập - Tự do - Hạnh phúc*],
  [Số:#h(42pt)/TTr-SNV],
  [_Vĩnh Long, ngày#h(26pt)tháng#h(26pt)năm#h(34pt)_])
#v(1cm)
#align(center)[*TỜ TRÌNH* \\ *Về việc đề nghị tặng thưởng Bằng khen*]
Kính gửi: Ủy ban nhân dân tỉnh Vĩnh Long.

Sở Nội vụ kính trình Ủy ban nhân dân tỉnh xem xét, tặng Bằng khen cho các tập thể, cá nhân có thành tích xuất sắc
trong phong trào thi đua “Đẩy mạnh cải cách hành chính, chuyển đổi số”./.
#v(.6cm)
#grid(columns: (1fr, 1fr), align: (left, center),
  [#text(12pt)[_*Nơi nhận:*_] \\ #text(11pt)[\\- Như trên; \\ \\- Lưu: VT.]],
  [*%(title)s* #v(2.6cm) *%(signer)s*])
"""
MINUTES = """
#set page(paper: "a4", margin: (left: 3cm, rest: 2cm))
#set text(font: "Tinos", size: 13pt, lang: "vi")
#align(center)[*BIÊN BẢN* \\ *Họp xét khen thưởng*]
Hội đồng Thi đua - Khen thưởng Sở Nội vụ họp xét, thống nhất đề nghị tặng Bằng khen cho 02 tập thể./.
#v(.6cm)
#grid(columns: (1fr, 1fr), align: center,
  [*THƯ KÝ* #v(2.6cm) *Huỳnh Thị Bảo Yến*], [*CHỦ TỊCH HỘI ĐỒNG* #v(2.6cm) *Trần Quốc Trưởng*])
"""
LETTER_ROUTE = (
    Stage(title="Ký nháy", steps=(Step(action=INITIALS, position=P.SPECIALIST),)),
    Stage(
        title="Thủ trưởng ký",
        steps=(Step(action=APPROVAL, position=P.HEAD, capacities=(Capacity.NONE, Capacity.KT, Capacity.Q)),),
    ),
    Stage(title="Cấp số và ngày", steps=(Step(action=NUMBER, position=P.REGISTRAR),)),
    Stage(title="Đóng dấu cơ quan", steps=(Step(action=SEAL, position=P.REGISTRAR),)),
)
HEAD_ONLY = (Stage(title="Thủ trưởng ký", steps=(Step(action=APPROVAL, position=P.HEAD),)),)
COUNCIL = Stage(
    title="Hội đồng ký",
    steps=(Step(action=APPROVAL, position=P.COUNCIL_SECRETARY), Step(action=APPROVAL, position=P.COUNCIL_CHAIR)),
)
ONE_OF_COUNCIL = COUNCIL.model_copy(update={"mode": StageMode.ANY_OF})
FULL_ROUTE = (LETTER_ROUTE[0], COUNCIL, *LETTER_ROUTE[1:])

STAFF: Mapping[str, tuple[str, tuple[PositionKind, ...]]] = {
    "head": ("Nguyễn Thị Thuỳ Dương", (P.HEAD,)),
    "deputy": ("Lê Hoàng Phước Ưu", (P.DEPUTY_HEAD,)),
    "chair": ("Trần Quốc Trưởng", (P.COUNCIL_CHAIR,)),
    "secretary": ("Huỳnh Thị Bảo Yến", (P.COUNCIL_SECRETARY,)),
    "clerk": ("Phạm Văn Đệ", (P.SPECIALIST,)),
    "registrar": ("Võ Ngọc Hân", (P.REGISTRAR,)),
}


@dataclass
class Office:
    """The department at work: its desk, its unit and its people by role."""

    session: Session
    desk: SigningDesk
    unit: Unit
    staff: dict[str, Person] = field(default_factory=dict)

    def actor(self, role: str) -> Actor:
        return people.actor_of(self.session, self.staff[role].id, clock.day_of(clock.now()))

    def paper(self, content: bytes | None = None, *, title: str = "Tờ trình đề nghị khen thưởng") -> Document:
        """A paper with one uploaded version."""
        document = documents.create_document(
            self.session, unit_id=self.unit.id, kind=DocumentKind.SUBMISSION_LETTER, title=title, symbol="TTr-SNV"
        )
        self.upload(document, content or letter())
        return document

    def upload(self, document: Document, content: bytes) -> None:
        taken = documents.receive(self.desk.desk, io.BytesIO(content), filename="to-trinh.pdf")
        documents.add_version(
            self.session,
            document.id,
            taken,
            origin=Origin.UPLOADED,
            trail=Trail("document", document.id),
            by=SYSTEM,
            now=clock.now(),
        )

    def plan(self, document: Document, stages: tuple[Stage, ...] = LETTER_ROUTE, **more: object) -> RoutePlan:
        units = {Side.OWN: self.unit.id}
        trail = Trail("document", document.id)
        return RoutePlan(title=document.title, stages=stages, units=units, trail=trail, **more)  # type: ignore[arg-type]

    def start(self, document: Document, stages: tuple[Stage, ...] = LETTER_ROUTE, **more: object) -> SigningRoute:
        plan = self.plan(document, stages, **more)
        return placement.start(self.session, self.desk, document, plan, by=SYSTEM, now=clock.now())

    def started(self, stages: tuple[Stage, ...] = LETTER_ROUTE, content: bytes | None = None) -> SigningRoute:
        return self.start(self.paper(content), stages)

    def step(self, route: SigningRoute, action: StepAction, position: PositionKind | None = None) -> RouteStep:
        return next(step for step in route.steps if step.action is action and position in {None, step.position_kind})

    def sign(self, step: RouteStep, role: str) -> Signature:
        """Both halves, with the key that the service finds for the person or the seal."""
        by, now = self.actor(role), clock.now()
        shown = step.route.version.digest
        pending = signatures.prepare(self.session, self.desk, step.id, shown_digest=shown, by=by, now=now)
        raw = signatures.answer(self.session, self.desk, pending.id)
        return signatures.finish(self.session, self.desk, pending.id, raw, by=by, now=now)

    def number(self, route: SigningRoute, number: int = 125, on: date = date(2026, 11, 24)) -> RouteStep:
        step = self.step(route, NUMBER)
        return service.give_number(
            self.session,
            step.id,
            number=number,
            symbol="TTr-SNV",
            issued_on=on,
            by=self.actor("registrar"),
            now=clock.now(),
        )

    def through_to_seal(self, route: SigningRoute) -> SigningRoute:
        """Initials, the head, number, seal."""
        self.sign(self.step(route, INITIALS), "clerk")
        self.sign(self.step(route, APPROVAL, P.HEAD), "head")
        self.number(route)
        self.sign(self.step(route, SEAL), "registrar")
        return route

    def file(self, route: SigningRoute, folder: Path) -> Path:
        """The tip of a route as a file."""
        path = folder / "tip.pdf"
        with documents.local_copy(self.desk.desk, route.version) as copy:
            path.write_bytes(copy.read_bytes())
        return path

    def delegate(self, role: str, capacity: Capacity = Capacity.KT, **more: Any) -> Delegation:
        """Let somebody sign from the head's seat."""
        day = clock.day_of(clock.now())
        terms = delegations.DelegationTerms(
            unit_id=self.unit.id,
            position_kind=P.HEAD,
            delegate_id=self.staff[role].id,
            capacity=capacity,
            basis="Quyết định phân công",
            paper=delegations.LegalPaper("12/QĐ-SNV", day, "Sở Nội vụ"),
            valid_from=day,
            valid_to=day + timedelta(days=30),
            **more,
        )
        return delegations.delegate(self.session, terms, by=self.actor("head"), now=clock.now())

    def below(self, role: str) -> Unit:
        """Make somebody the head of a unit below the department."""
        unit = a_unit(self.session, name="Ban Thi đua - Khen thưởng", parent=self.unit)
        an_appointment(self.session, self.staff[role], unit, P.HEAD, title="Trưởng ban")
        return unit

    def rebind(self, role: str, reference: str) -> None:
        """Give somebody another key."""
        credentials.bind_key(
            self.session,
            self.desk,
            person_id=self.staff[role].id,
            reference=reference,
            by=SYSTEM,
            now=clock.now(),
        )


def letter(signer: str = "Nguyễn Thị Thuỳ Dương", title: str = "GIÁM ĐỐC") -> bytes:
    return typst.compile((LETTER % {"signer": signer, "title": title}).encode())


def minutes() -> bytes:
    return typst.compile(MINUTES.encode())


def a_desk(pki: Pki, folder: Path, **changes: object) -> SigningDesk:
    """A signing desk on an empty store."""
    work = folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    desk = Desk(storage=FilesystemStorage(folder / "blobs"), workdir=work, upload_limit=50 << 20)
    return SigningDesk(**{"desk": desk, "trust": pki.trust, "keys": pki.keys} | changes)  # type: ignore[arg-type]


def an_office(session: Session, desk: SigningDesk, roles: Iterable[str] = tuple(STAFF)) -> Office:
    """The department with its staff in their seats, their keys and the seal."""
    unit = a_unit(session, code=f"so-noi-vu-{uuid4().hex[:8]}", name="Sở Nội vụ", symbol="SNV")
    office = Office(session, desk, unit)
    for role in roles:
        name, seats = STAFF[role]
        office.staff[role] = person = a_person(session, name)
        for kind in seats:
            an_appointment(session, person, unit, kind)
    bind_keys(office)
    return office


def bind_keys(office: Office) -> None:
    for role in ("head", "deputy", "chair", "secretary", "clerk"):
        person = office.staff[role]
        credentials.bind_key(
            office.session,
            office.desk,
            person_id=person.id,
            reference=role,
            picture=demo_signature_picture(person.full_name),
            by=SYSTEM,
            now=clock.now(),
        )
    credentials.bind_key(
        office.session,
        office.desk,
        unit_id=office.unit.id,
        reference="seal",
        picture=demo_seal_picture("SỞ NỘI VỤ"),
        by=SYSTEM,
        now=clock.now(),
    )
