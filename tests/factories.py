"""Things that tests need, with honest defaults: each maker takes what the test cares about and makes up the rest.

The default world is the Vĩnh Long plan on 5 January 2026 with the bodies that it names; ``a_province`` makes them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms.campaigns import service as campaigns
from dms.campaigns.models import CampaignRevision
from dms.campaigns.vocabulary import NomineeKind, Side
from dms.clock import VIETNAM
from dms.documents.models import Document, DocumentKind, Origin, Version, VersionText
from dms.dossiers import council, nominees, parts, service, summary
from dms.dossiers.council import MeetingData, MemberData
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import CouncilRole, Dossier, Nominee, Part, Presence
from dms.dossiers.nominees import NomineeData, ScoreEntry, Statement
from dms.people import service as people
from dms.people.models import Appointment, Capacity, Person, Position, RoleGrant, Unit, UnitKind, UnitName
from dms.policy import SYSTEM, Actor, PositionKind, Role, Status
from dms.signing import service as signing
from dms.signing.models import RouteOutcome, SigningRoute, StepOutcome, VersionCheck
from dms.signing.service import RoutePlan
from dms.text import fold

ROOT = Path(__file__).resolve().parent.parent
VINH_LONG = ROOT / "campaigns" / "vinh-long-chuyen-doi-so-2023-2025.yaml"
OWN_CAMPAIGN = ROOT / "campaigns" / "giay-khen-hang-nam.yaml"
BANG_KHEN = "bang-khen-tong-ket"
GIAY_KHEN = "giay-khen-hang-nam"

LONG_AGO = date(2020, 1, 1)
NOW = datetime(2026, 1, 5, 8, 0, tzinfo=VIETNAM).astimezone(UTC)
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_STEERING = "Ban Chỉ đạo Chuyển đổi số tỉnh Vĩnh Long"
_numbers = count(1)

TITLES = {
    PositionKind.HEAD: "Giám đốc",
    PositionKind.DEPUTY_HEAD: "Phó Giám đốc",
    PositionKind.COUNCIL_CHAIR: "Chủ tịch Hội đồng Thi đua - Khen thưởng",
    PositionKind.COUNCIL_SECRETARY: "Thư ký Hội đồng Thi đua - Khen thưởng",
    PositionKind.SPECIALIST: "Chuyên viên",
    PositionKind.REGISTRAR: "Văn thư",
}


def a_council(count: int = 9, *, written: int = 0, absent: int = 0) -> tuple[MemberData, ...]:
    """A council by name: a chair, a deputy, a secretary, members; the last of them wrote or stayed away."""
    roles = (CouncilRole.CHAIR, CouncilRole.DEPUTY_CHAIR, CouncilRole.SECRETARY)
    here = count - written - absent
    ways = [*[Presence.PRESENT] * here, *[Presence.WRITTEN] * written, *[Presence.ABSENT] * absent]
    return tuple(
        MemberData(
            name=f"Nguyễn Văn Hội Đồng {number}",
            role=roles[number - 1] if number <= len(roles) else CouncilRole.MEMBER,
            presence=Presence.PRESENT
            if number <= here
            else Presence.WRITTEN
            if number <= here + written
            else Presence.ABSENT,
            honorific="Ông",
            position_title="Trưởng phòng",
            opinion="Đồng ý" if ways[number - 1] is Presence.WRITTEN else "",
        )
        for number in range(1, count + 1)
    )


def next_number() -> int:
    """A number that no other thing of this run has."""
    return next(_numbers)


# --- people


def a_unit(
    session: Session,
    *,
    code: str | None = None,
    name: str | None = None,
    kind: UnitKind = UnitKind.PROVINCIAL_DEPARTMENT,
    symbol: str = "SGDĐT",
    parent: Unit | None = None,
    superior: str | None = "UBND tỉnh Vĩnh Long",
) -> Unit:
    """A unit with one name, alive since long ago."""
    number = next_number()
    unit = Unit(
        code=code or f"don-vi-{number}", kind=kind, founded_on=LONG_AGO, parent_id=parent.id if parent else None
    )
    names = {"name": name or f"Sở Thử nghiệm số {number}", "symbol": symbol, "place": "Vĩnh Long", "superior": superior}
    unit.names = [UnitName(**names, valid_from=LONG_AGO)]
    session.add(unit)
    session.flush()
    return unit


def a_person(session: Session, full_name: str | None = None) -> Person:
    """A person with an address of their own."""
    number = next_number()
    name = full_name or f"Nguyễn Thị Thử {number}"
    person = Person(full_name=name, folded_name=fold(name), email=f"person{number}@example.vn")
    session.add(person)
    session.flush()
    return person


def an_appointment(
    session: Session,
    person: Person,
    unit: Unit,
    kind: PositionKind = PositionKind.HEAD,
    *,
    title: str | None = None,
    capacity: Capacity = Capacity.NONE,
    valid_from: date = LONG_AGO,
    valid_to: date | None = None,
) -> Appointment:
    """The person in a seat of the unit; the seat is made if it is not there yet."""
    title = title or TITLES[kind]
    wanted = (Position.unit_id == unit.id, Position.kind == kind, Position.title == title)
    position = session.scalars(select(Position).where(*wanted)).first() or Position(
        unit_id=unit.id, kind=kind, title=title
    )
    appointment = Appointment(
        position=position, person=person, capacity=capacity, valid_from=valid_from, valid_to=valid_to
    )
    session.add(appointment)
    session.flush()
    return appointment


def a_role(
    session: Session, person: Person, unit: Unit, role: Role = Role.CLERK, *, valid_from: date = LONG_AGO
) -> RoleGrant:
    """The person's role in the unit."""
    grant = RoleGrant(person_id=person.id, unit_id=unit.id, role=role, valid_from=valid_from)
    session.add(grant)
    session.flush()
    return grant


def an_actor(
    session: Session, unit: Unit, *roles: Role, seats: Iterable[PositionKind] = (), name: str | None = None
) -> Actor:
    """A new person with these roles and seats in the unit, as an actor of the default day."""
    person = a_person(session, name)
    for role in roles:
        a_role(session, person, unit, role)
    for kind in seats:
        an_appointment(session, person, unit, kind)
    return people.actor_of(session, person.id, NOW.date())


def a_clerk(session: Session, unit: Unit) -> Actor:
    """A clerk of the unit."""
    return an_actor(session, unit, Role.CLERK)


# --- a province and its campaign


@dataclass(frozen=True, slots=True)
class Province:
    """The bodies that the Vĩnh Long plan names, and one department that nominates."""

    committee: Unit
    coordinator: Unit
    appraiser: Unit
    office: Unit
    steering: Unit
    department: Unit


def a_province(session: Session) -> Province:
    """The bodies under the codes of the campaign file; each is made once in a session."""
    committee = _body(session, "ubnd-tinh", "UBND tỉnh Vĩnh Long", kind=UnitKind.PROVINCIAL_COMMITTEE, symbol="UBND")
    return Province(
        committee=committee,
        coordinator=_body(session, "so-tttt", "Sở Thông tin và Truyền thông", symbol="STTTT"),
        appraiser=_body(session, "so-noi-vu", "Sở Nội vụ", symbol="SNV"),
        office=_body(session, "vp-ubnd", "Văn phòng UBND tỉnh", symbol="VPUBND"),
        steering=_body(session, "ban-chi-dao-cds", _STEERING, kind=UnitKind.STEERING_COMMITTEE, symbol="BCĐ"),
        department=_body(session, "so-gddt", "Sở Giáo dục và Đào tạo", symbol="SGDĐT"),
    )


def _body(
    session: Session,
    code: str,
    name: str,
    *,
    kind: UnitKind = UnitKind.PROVINCIAL_DEPARTMENT,
    symbol: str = "S",
) -> Unit:
    found = session.scalars(select(Unit).where(Unit.code == code)).first()
    return found or a_unit(session, code=code, name=name, kind=kind, symbol=symbol)


def a_campaign(session: Session, path: Path = VINH_LONG) -> CampaignRevision:
    """The revision of a campaign file; the Vĩnh Long plan by default."""
    return campaigns.accept(session, path.read_text(), filename=path.name, by=SYSTEM, now=NOW)


# --- dossiers


def a_dossier(
    session: Session,
    *,
    unit: Unit | None = None,
    scheme: str = BANG_KHEN,
    revision: CampaignRevision | None = None,
    by: Actor | None = None,
    status: Status = Status.DRAFT,
    now: datetime = NOW,
    for_itself: bool = False,
) -> Dossier:
    """A dossier of a new department (or of ``unit``), opened by its clerk; another status is set without its acts."""
    a_province(session)
    revision = revision or a_campaign(session)
    unit = unit or a_unit(session)
    by = by or a_clerk(session, unit)
    dossier = service.open_dossier(session, revision.id, scheme, unit.id, by=by, now=now, for_itself=for_itself)
    if status is not Status.DRAFT:
        dossier.status = status
        session.flush()
    return dossier


def clerk_of(session: Session, dossier: Dossier) -> Actor:
    """A clerk of the dossier's unit."""
    return a_clerk(session, session.get_one(Unit, dossier.unit_id))


def a_nominee(
    session: Session,
    dossier: Dossier,
    name: str | None = None,
    *,
    kind: NomineeKind = NomineeKind.INDIVIDUAL,
    by: Actor | None = None,
    now: datetime = NOW,
    **more: str,
) -> Nominee:
    """A nominee added by the unit's clerk."""
    by = by or clerk_of(session, dossier)
    plain = f"Phòng số {next_number()}" if kind is NomineeKind.COLLECTIVE else f"Trần Văn Thử {next_number()}"
    data = NomineeData(kind=kind, name=name or plain, **more)  # type: ignore[arg-type]
    return nominees.add_nominee(session, dossier.id, data, by=by, now=now)


def proven(session: Session, nominee: Nominee, *, by: Actor, now: datetime = NOW) -> Nominee:
    """Give a nominee approved scores of all years and a yes on every criterion."""
    dossier = session.get_one(Dossier, nominee.dossier_id)
    scheme = campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    years = campaigns.spec_of(dossier.revision).years
    entries = [ScoreEntry(year, Decimal("95.5"), "Quyết định số 318/QĐ-UBND") for year in years]
    nominees.set_scores(session, nominee.id, entries, by=by, now=now)
    asked = [each for each in scheme.criteria if each.nominee_kind is nominee.kind and each.kind != "index_score"]
    statements = [Statement(each.id, nominees.best_of(each.kind)) for each in asked]
    return nominees.attest(session, nominee.id, statements, by=by, now=now)


def a_paper(
    session: Session,
    dossier: Dossier,
    requirement_code: str,
    nominee: Nominee | None = None,
    *,
    media_type: str = PDF,
    words: str = "",
    now: datetime = NOW,
) -> Part:
    """A paper in its place, as rows only: no bytes stand behind its digest."""
    scheme = campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    requirement = scheme.requirement(requirement_code)
    assert requirement is not None, requirement_code
    document = Document(
        unit_id=dossier.unit_id,
        kind=DocumentKind(requirement.document_kind.value),
        title=parts.document_title(requirement, nominee),
    )
    document.versions = [a_version(1, media_type=media_type, now=now)]
    part = Part(
        dossier_id=dossier.id,
        nominee_id=nominee.id if nominee else None,
        requirement_code=requirement_code,
        document=document,
    )
    session.add(part)
    session.flush()
    session.add(VersionText(version_id=document.versions[0].id, text=words, folded=fold(words)))
    session.flush()
    session.expire(dossier, ["parts"])
    return part


def a_version(number: int, *, media_type: str = PDF, now: datetime = NOW) -> Version:
    """A version by the system, with a digest that no other version has."""
    return Version(
        number=number,
        origin=Origin.UPLOADED,
        digest=f"{next_number():064x}",
        size=1000,
        media_type=media_type,
        filename="paper.pdf",
        pages=1,
        created_at=now,
        author_name="system",
    )


def ids(things: Iterable[object]) -> list[UUID]:
    """The ids of rows."""
    return [thing.id for thing in things]  # type: ignore[attr-defined]


# --- dossiers that lack nothing


def signed(session: Session, dossier: Dossier, part: Part, *, by: Actor = SYSTEM, now: datetime = NOW) -> SigningRoute:
    """Let a paper's route be done to its end, as rows only: the file holds no signature, but its check says valid."""
    scheme = campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    requirement = scheme.requirement(part.requirement_code)
    assert requirement is not None
    plan = RoutePlan(
        title=part.document.title,
        stages=requirement.route,
        units=dict.fromkeys(Side, dossier.unit_id),
        trail=trail_of(dossier),
    )
    route = signing.open_route(session, part.document, plan, by=by, now=now)
    for step in route.steps:
        step.outcome, step.acted_at, step.actor_name, step.capacity = StepOutcome.DONE, now, "Người ký", Capacity.NONE
    signing.close_route(session, route, RouteOutcome.COMPLETED, now=now)
    fields = [step.field_name for step in route.steps if step.field_name]
    report = {"reasons": [], "signatures": [{"field": name, "verdict": "valid"} for name in fields]}
    session.merge(VersionCheck(version_id=route.version_id, checked_at=now, verdict="valid", report=report))
    if requirement.number_and_date:
        part.document.number, part.document.symbol = next_number(), "TTr-SGDĐT"
        part.document.issued_on, part.document.issued_year = now.date(), now.year
    session.flush()
    return route


def a_complete_dossier(
    session: Session, *, unit: Unit | None = None, by: Actor | None = None, now: datetime = NOW
) -> Dossier:
    """A Bằng khen dossier with one collective, to which nothing is missing: it can be submitted."""
    dossier = a_dossier(session, unit=unit, by=by, now=now)
    by = by or clerk_of(session, dossier)
    nominee = a_nominee(session, dossier, kind=NomineeKind.COLLECTIVE, by=by, now=now)
    proven(session, nominee, by=by, now=now)
    meeting = MeetingData(held_on=now.date(), members_total=9, members_present=9)
    council.record_meeting(session, dossier.id, meeting, {nominee.id: 9}, by=by, now=now)
    words = f"{service.unit_name(dossier).name} đề nghị tặng Bằng khen cho {nominee.name}, giai đoạn 2023 - 2025"
    for code, of in (("to-trinh", None), ("bien-ban", None), ("bao-cao-thanh-tich", nominee)):
        signed(session, dossier, a_paper(session, dossier, code, of, words=words, now=now), now=now)
    summary.refresh(session, dossier, now=now)
    return dossier


def a_submitted_dossier(session: Session, *, unit: Unit | None = None, now: datetime = NOW) -> Dossier:
    """A complete dossier that its clerk handed over."""
    dossier = a_complete_dossier(session, unit=unit, now=now)
    return service.submit(session, dossier.id, by=clerk_of(session, dossier), now=now)
