"""A dossier as one page shows it: every paper's place with its state, who holds it, and what may be done there.

Drawn from the same rows as the verdict, so the number of queries does not grow with nominees.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dms import clock
from dms.campaigns.spec import Requirement
from dms.campaigns.vocabulary import Scope
from dms.completeness.model import Finding, Verdict
from dms.documents import service as documents
from dms.documents.models import Version
from dms.dossiers import facts, guards, lifecycle, parts, routing, service, summary
from dms.dossiers.models import Dossier, Nominee, Part, Return
from dms.dossiers.reopening import is_data_open, is_paper_open
from dms.dossiers.rules import required
from dms.people import service as people
from dms.people.models import Appointment, Position, in_force
from dms.policy import Actor, Permission, PositionKind, allows
from dms.signing.models import RouteOutcome, SigningRoute, Step, StepOutcome

Seat = tuple[UUID, PositionKind]


class PaperState(StrEnum):
    """Where a paper stands, worked out from its versions and routes."""

    MISSING = "missing"
    OPTIONAL = "optional"
    RETURNED = "returned"
    CONVERTING = "converting"
    READY = "ready"
    WAITING = "waiting"
    REFUSED = "refused"
    SIGNED = "signed"
    FILED = "filed"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step whose turn it is: the stage's title, the seat, and who holds that seat today."""

    stage: str
    position: PositionKind
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """The place of one paper: what fills it, its state, what is wrong with it, what may be done."""

    requirement: Requirement
    nominee: Nominee | None
    part: Part | None
    version: Version | None
    state: PaperState
    waiting: tuple[Waiting, ...]
    refusal: Step | None
    findings: tuple[Finding, ...]
    may_change: bool
    may_send: bool
    may_draft: bool

    @property
    def anchor(self) -> str:
        """The name of its place on the page."""
        return anchor_of(self.requirement.code, str(self.nominee.id) if self.nominee else None)


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the page of a dossier shows."""

    dossier: Dossier
    judged: service.Judged
    cards: tuple[Card, ...]
    actions: tuple[lifecycle.Action, ...]
    may_edit: bool
    may_edit_list: bool
    returns: tuple[Return, ...]

    @property
    def material(self) -> facts.Material:
        """The rows behind the page."""
        return self.judged.material

    def of_nominee(self, nominee: Nominee) -> list[Card]:
        """The papers of one nominee."""
        return [card for card in self.cards if card.nominee is nominee]

    def may_edit_nominee(self, nominee: Nominee) -> bool:
        """Whether a nominee's data may change now."""
        return self.may_edit and is_data_open(self.material.sent_back, self.judged.findings, nominee.id)

    def findings_of(self, nominee: Nominee) -> list[Finding]:
        """What is found about a nominee's criteria and vote, papers left out."""
        mine = str(nominee.id)
        return [each for each in self.judged.findings if each.place.nominee == mine and not each.place.requirement]

    @property
    def sendable(self) -> int:
        """How many papers can go to their signers now."""
        return sum(card.may_send for card in self.cards)


def anchor_of(requirement: str, nominee: str | None) -> str:
    """The name of a paper's place on the page, the same for cards and findings."""
    return f"paper-{requirement}-{nominee}" if nominee else f"paper-{requirement}"


def draw(session: Session, dossier: Dossier, *, by: Actor, now: datetime) -> Board:
    """Load the page of a dossier that ``by`` may read."""
    judged = service.judge(session, dossier, now=now)
    material = judged.material
    may_edit = dossier.status in guards.OPEN and allows(by, Permission.DOSSIER_EDIT, dossier)
    draught = _Draught(material, judged.findings, _seat_names(session, material.routes, now), may_edit)
    return Board(
        dossier=dossier,
        judged=judged,
        cards=tuple(draught.cards()),
        actions=lifecycle.possible(dossier, by),
        may_edit=may_edit,
        may_edit_list=may_edit and is_data_open(material.sent_back, judged.findings, None),
        returns=material.returns,
    )


@dataclass(frozen=True, slots=True)
class _Draught:
    """What cards are drawn from."""

    material: facts.Material
    findings: tuple[Finding, ...]
    names: Mapping[Seat, tuple[str, ...]]
    may_edit: bool

    def cards(self) -> Iterable[Card]:
        """One for each requirement and each who must fill it, in the order of the campaign file."""
        filled = {(part.requirement_code, part.nominee_id): part for part in self.material.parts}
        found: dict[tuple[str | None, str | None], list[Finding]] = defaultdict(list)
        for finding in self.findings:
            found[finding.place.requirement, finding.place.nominee].append(finding)
        for requirement in required(self.material.scheme):
            for nominee in self._fillers(requirement):
                place = (requirement.code, nominee.id if nominee else None)
                about = found[requirement.code, str(nominee.id) if nominee else None]
                yield self._card(requirement, nominee, filled.get(place), tuple(about))

    def _fillers(self, requirement: Requirement) -> Iterable[Nominee | None]:
        if requirement.scope is Scope.DOSSIER:
            return (None,)
        return (nominee for nominee in self.material.nominees if requirement.is_asked_of(nominee.kind))

    def _card(
        self, requirement: Requirement, nominee: Nominee | None, part: Part | None, findings: tuple[Finding, ...]
    ) -> Card:
        version = self.material.current.get(part.document_id) if part else None
        route = self.material.routes.get(part.document_id) if part else None
        state = self._state(requirement, version, route, findings)
        nominee_id = nominee.id if nominee else None
        may_change = self.may_edit and is_paper_open(self.material.sent_back, findings, requirement.code, nominee_id)
        return Card(
            requirement=requirement,
            nominee=nominee,
            part=part,
            version=version,
            state=state,
            waiting=tuple(self._waiting(part, route)) if part and route else (),
            refusal=_refusal(route) if state is PaperState.REFUSED and route else None,
            findings=tuple(each for each in findings if each.verdict is not Verdict.MET),
            may_change=may_change,
            may_send=self.may_edit and state in {PaperState.READY, PaperState.REFUSED},
            may_draft=may_change and parts.can_draft(requirement),
        )

    def _state(
        self,
        requirement: Requirement,
        version: Version | None,
        route: SigningRoute | None,
        findings: tuple[Finding, ...],
    ) -> PaperState:
        if version is None:
            return PaperState.OPTIONAL if requirement.optional else PaperState.MISSING
        if any(finding.code == "piece_returned" for finding in findings):
            return PaperState.RETURNED
        return self._signing_state(version, route) if requirement.route else PaperState.FILED

    def _signing_state(self, version: Version, route: SigningRoute | None) -> PaperState:
        if route is not None and route.closed_at is None:
            return PaperState.WAITING
        if version.media_type != documents.PDF:
            return PaperState.CONVERTING
        if not routing.is_free(route, version.id, self.material):
            return PaperState.SIGNED
        refused = route is not None and route.outcome is RouteOutcome.REFUSED and _is_of(route, version)
        return PaperState.REFUSED if refused else PaperState.READY

    def _waiting(self, part: Part, route: SigningRoute) -> Iterable[Waiting]:
        for step in summary.open_steps(route):
            names = self.names.get((step.unit_id, step.position_kind), ())
            yield Waiting(summary.stage_title(self.material.scheme, part, step), step.position_kind, names)


def _refusal(route: SigningRoute) -> Step | None:
    refused = [step for step in route.steps if step.outcome is StepOutcome.REFUSED]
    return max(refused, key=lambda step: step.acted_at or route.opened_at, default=None)


def _is_of(route: SigningRoute, version: Version) -> bool:
    """Whether the version is the one that the route ran on, and not a newer one."""
    return route.closed_at is not None and version.created_at <= route.closed_at


def _seat_names(session: Session, routes: Mapping[UUID, SigningRoute], now: datetime) -> dict[Seat, tuple[str, ...]]:
    """Who holds the seats that papers wait for, successors' people included; two queries, none while nothing waits."""
    seats = {(step.unit_id, step.position_kind) for route in routes.values() for step in summary.open_steps(route)}
    if not seats:
        return {}
    day = clock.day_of(now)
    heirs = _heirs(session, {unit_id for unit_id, _ in seats}, now)
    query = (
        select(Appointment)
        .join(Appointment.position)
        .where(Position.unit_id.in_({heir for each in heirs.values() for heir in each}), in_force(Appointment, day))
        .options(joinedload(Appointment.position), joinedload(Appointment.person))
    )
    holders: dict[Seat, list[str]] = defaultdict(list)
    for held in session.scalars(query):
        holders[held.position.unit_id, held.position.kind].append(held.person.full_name)
    return {
        (unit_id, kind): tuple(name for heir in sorted(heirs[unit_id], key=str) for name in holders[heir, kind])
        for unit_id, kind in seats
    }


def _heirs(session: Session, unit_ids: set[UUID], now: datetime) -> dict[UUID, set[UUID]]:
    """Each unit with those to which its duties have passed."""
    heirs = {unit_id: {unit_id} for unit_id in unit_ids}
    for successor, ancestors in people.predecessors(session, clock.day_of(now)).items():
        for unit_id in ancestors & unit_ids:
            heirs[unit_id].add(successor)
    return heirs
