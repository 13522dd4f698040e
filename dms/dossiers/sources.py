"""What the papers of a dossier are written from, and the parts that several of them share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from dms import clock
from dms.campaigns import service as campaigns
from dms.campaigns.spec import CampaignSpec, Scheme
from dms.campaigns.vocabulary import NomineeKind, Side
from dms.dossiers import council
from dms.dossiers.facts import nominees_of
from dms.dossiers.mentions import award_in_words
from dms.dossiers.models import CouncilMeeting, Dossier, Nominee
from dms.papers import data
from dms.people import service as people
from dms.people.models import Capacity, UnitKind, UnitName
from dms.people.service import Seat
from dms.policy import PositionKind

COUNCIL = "Hội đồng Thi đua - Khen thưởng"
_COMMITTEES = frozenset({UnitKind.DISTRICT, UnitKind.COMMUNE, UnitKind.PROVINCIAL_COMMITTEE})


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that the papers of one dossier are written from, as of one day."""

    session: Session
    dossier: Dossier
    spec: CampaignSpec
    scheme: Scheme
    unit: UnitName
    nominees: tuple[Nominee, ...]
    meeting: CouncilMeeting | None
    day: date


def gather(session: Session, dossier: Dossier, *, now: datetime) -> Sources:
    """Load the sources of a dossier's papers as of today."""
    day = clock.day_of(now)
    return Sources(
        session=session,
        dossier=dossier,
        spec=campaigns.spec_of(dossier.revision),
        scheme=campaigns.scheme_of(dossier.revision, dossier.scheme_code),
        unit=people.name_on(session, people.successor_of(session, dossier.unit_id, day), day),
        nominees=tuple(nominees_of(session, dossier.id)),
        meeting=council.meeting_of(session, dossier.id),
        day=day,
    )


def award_name(session: Session, dossier: Dossier, scheme: Scheme, day: date) -> str:
    """The award in full: "Bằng khen của Chủ tịch UBND tỉnh"; a unit's own head by title and body (P05, P06)."""
    return award_in_words(scheme.form, authority_name(session, dossier, scheme, day))


def authority_name(session: Session, dossier: Dossier, scheme: Scheme, day: date) -> str:
    """Who confers, in words: the campaign's title of a named body, else the head's title and the body's name."""
    authority = scheme.authority(NomineeKind.COLLECTIVE, None)
    special = [each for each in scheme.decision.special_authorities if dossier.unit.kind in each.unit_kinds]
    if authority.unit is Side.OWN and special and dossier.conferrer_id != dossier.unit_id:
        return special[0].title
    if authority.unit is not Side.OWN:
        return authority.title
    body = people.name_on(session, dossier.conferrer_id, day).name
    head = seat_in(session, dossier.conferrer_id, PositionKind.HEAD, day)
    return f"{head.title} {body}" if head else authority.title


def head_of(unit: UnitName, symbol: str) -> data.Letterhead:
    """The head of a paper that the unit itself issues."""
    return data.Letterhead(parent=unit.superior or "", issuer=unit.name, symbol=symbol, place=unit.place)


def nominees_in(nominees: Sequence[Nominee]) -> data.Nominees:
    """Nominees as papers list them."""
    return data.Nominees(
        collectives=tuple(named(each) for each in nominees if each.kind is NomineeKind.COLLECTIVE),
        households=tuple(named(each) for each in nominees if each.kind is NomineeKind.HOUSEHOLD),
        individuals=tuple(named(each) for each in nominees if each.kind is NomineeKind.INDIVIDUAL),
    )


def named(nominee: Nominee) -> data.Nominee:
    """A nominee as papers name them."""
    return data.Nominee(
        name=nominee.name,
        detail=", ".join(filter(None, (nominee.position_title, nominee.workplace))),
        achievement=nominee.achievement,
        honorific=profile_of(nominee).get("honorific", ""),
    )


def council_of(sources: Sources) -> str:
    """The unit's council by its full name."""
    return f"{COUNCIL} {sources.unit.name}"


def profile_of(nominee: Nominee) -> Mapping[str, str]:
    """What the unit entered about a nominee beyond the name."""
    found: Mapping[str, str] = nominee.sections.get("profile", {})
    return found


def signer_of(sources: Sources) -> data.Signer:
    """The head of the dossier's unit as the signer of its papers."""
    return head_signer(sources.session, sources.dossier.unit_id, sources.dossier.unit.kind, sources.day)


def head_signer(session: Session, unit_id: UUID, kind: UnitKind, day: date) -> data.Signer:
    """The head of a unit on the day, or who stands in; a committee signs as a body (Decree 30/2020, II.7b).

    Blank where the seat is empty, for a person to fill in.
    """
    seats = people.holders(session, unit_id=unit_id, kind=PositionKind.HEAD, day=day)
    if not seats:
        return data.Signer(name="", position="")
    seat, head = seats[0], next((each for each in seats if not each.delegated), None)
    return data.Signer(
        name=seat.full_name,
        position=seat.title,
        capacity="NONE" if seat.capacity is Capacity.TM else seat.capacity.value,
        principal=head.title if head and head is not seat else "",
        collective="Ủy ban nhân dân" if kind in _COMMITTEES else "",
    )


def seat_in(session: Session, unit_id: UUID, kind: PositionKind, day: date) -> Seat | None:
    """Who holds a seat of a unit on a day; the first where several do."""
    return next(iter(people.holders(session, unit_id=unit_id, kind=kind, day=day)), None)
