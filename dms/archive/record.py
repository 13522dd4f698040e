"""The page of an award: what it is, the papers that prove it, whether their signatures and their history hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import audit
from dms.archive.contents import Contents, Paper, contents_of
from dms.archive.models import SealedDossier
from dms.audit import AuditEvent, Break
from dms.awards.conferment import get_award
from dms.awards.models import Award
from dms.awards.service import trail_of as decision_trail
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Dossier
from dms.policy import Actor, Permission, allows
from dms.signing.models import VersionCheck


@dataclass(frozen=True, slots=True)
class History:
    """A chain of events and where it does not hold."""

    events: tuple[AuditEvent, ...]
    breaks: tuple[Break, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """An award with all that the actor may see of it; without the right to its dossier the rest is empty."""

    award: Award
    contents: Contents | None
    checks: Mapping[UUID, VersionCheck]
    sealed: SealedDossier | None
    history: History | None
    decision_history: History | None

    def check_of(self, paper: Paper) -> VersionCheck | None:
        """The kept validation of a paper's version in force."""
        return self.checks.get(paper.current.id) if paper.current else None

    @property
    def holds(self) -> bool:
        """Whether both histories are whole."""
        return not any(each.breaks for each in (self.history, self.decision_history) if each)


def record_of(session: Session, award_id: UUID, *, by: Actor) -> Record:
    """Load the page of an award; a constant number of queries. Raises NotFound("award_not_found")."""
    award = get_award(session, award_id, by=by)
    dossier = session.get_one(Dossier, award.dossier_id)
    if not allows(by, Permission.DOSSIER_READ, dossier):
        return Record(award, None, {}, None, None, None)
    contents = contents_of(session, dossier)
    current = [paper.current.id for paper in contents.papers if paper.current]
    checks = session.scalars(select(VersionCheck).where(VersionCheck.version_id.in_(current)))
    return Record(
        award=award,
        contents=contents,
        checks={check.version_id: check for check in checks},
        sealed=session.get(SealedDossier, dossier.id),
        history=_history(session, trail_of(dossier)),
        decision_history=_history(session, decision_trail(award.decision)),
    )


def _history(session: Session, trail: audit.Trail) -> History:
    events = audit.events(session, trail)
    return History(tuple(events), tuple(audit.find_breaks(events)))
