"""Who stands where in a dossier: who may take part, who coordinates, appraises, confers (P02, P08, P12, P23)."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from dms.campaigns.spec import CampaignSpec, Scheme
from dms.campaigns.vocabulary import DecisionPath, NomineeKind, Side
from dms.dossiers.models import Dossier
from dms.errors import Invalid
from dms.people import service as people
from dms.people import structure
from dms.people.models import Unit

Bodies = dict[str, UUID | None]
# Sides whose body is kept in a column of the dossier; the rest are resolved through the campaign when needed.
_COLUMNS = {Side.COORDINATOR: "coordinator_id", Side.APPRAISER: "appraiser_id"}


def ensure_may_take_part(session: Session, spec: CampaignSpec, unit: Unit, day: date) -> None:
    """Raise Invalid for a unit that no longer exists, is of another kind, or stands outside a unit's own campaign."""
    if unit.abolished_on is not None and unit.abolished_on <= day:
        raise Invalid("unit_abolished", unit=_name(session, unit, day), on=unit.abolished_on)
    kinds = {kind for participant in spec.participants for kind in participant.kinds}
    if unit.kind not in kinds:
        raise Invalid("unit_kind_not_allowed", unit=_name(session, unit, day), kind=unit.kind.value)
    if spec.parent is not None and not _belongs(session, unit, spec.issuing_unit, day):
        raise Invalid("unit_outside_campaign", unit=_name(session, unit, day), issuer=spec.issuing_authority)


def resolve(
    session: Session, spec: CampaignSpec, scheme: Scheme, unit: Unit, *, day: date, for_itself: bool
) -> Mapping[str, UUID | None]:
    """The units behind coordinator, appraiser and conferrer on ``day``; successors stand in for the abolished."""
    conferrer = _conferrer(session, spec, scheme, unit, day=day, for_itself=for_itself)
    if scheme.procedure.path is DecisionPath.OWN_HEAD:
        return {"coordinator_id": None, "appraiser_id": None, "conferrer_id": conferrer}
    found: Bodies = {column: body_unit(session, spec, side, day) for side, column in _COLUMNS.items()}
    return {**found, "conferrer_id": conferrer}


def body_unit(session: Session, spec: CampaignSpec, side: Side, day: date) -> UUID | None:
    """The unit that carries a body's duties on ``day``; None where the campaign names no such body."""
    body = spec.body(side)
    return people.successor_of(session, people.unit_by_code(session, body.unit).id, day) if body else None


def units_by_side(
    session: Session, spec: CampaignSpec, dossier: Dossier, sides: frozenset[Side], *, day: date
) -> dict[Side, UUID]:
    """The unit behind each side that a route asks for. Raises Invalid("body_missing")."""
    known = {Side.OWN: dossier.unit_id, Side.COORDINATOR: dossier.coordinator_id, Side.APPRAISER: dossier.appraiser_id}
    units: dict[Side, UUID] = {}
    for side in sides:
        unit_id = known.get(side) or body_unit(session, spec, side, day)
        if unit_id is None:
            raise Invalid("body_missing", side=side.value)
        units[side] = unit_id
    return units


def confers_itself(dossier: Dossier) -> bool:
    """Whether the unit's own head confers, so that the unit cannot be the collective put forward (P05, P08)."""
    return dossier.conferrer_id == dossier.unit_id


def _conferrer(
    session: Session, spec: CampaignSpec, scheme: Scheme, unit: Unit, *, day: date, for_itself: bool
) -> UUID:
    """The body of the conferring position; in a unit's own campaign "own" is the unit that issued it (P23)."""
    authority = scheme.authority(NomineeKind.COLLECTIVE, unit.kind if for_itself else None)
    if authority.unit is not Side.OWN:
        found = body_unit(session, spec, authority.unit, day)
        if found is None:
            raise Invalid("body_missing", side=authority.unit.value)
        return found
    if spec.parent is not None:
        return people.successor_of(session, people.unit_by_code(session, spec.issuing_unit).id, day)
    return unit.id


def _belongs(session: Session, unit: Unit, issuer_code: str, day: date) -> bool:
    """Whether the unit is the issuer or stands somewhere below it or its heir on ``day``."""
    issuer = people.unit_by_code(session, issuer_code).id
    standing = {issuer, people.successor_of(session, issuer, day)}
    return unit.id in standing or any(unit.id in structure.below_on(session, each, day) for each in standing)


def _name(session: Session, unit: Unit, day: date) -> str:
    return people.name_on(session, unit.id, day).name
