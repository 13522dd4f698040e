"""Dossiers that lie with the coordinator or the appraiser, made in one line."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from sqlalchemy import event
from sqlalchemy.orm import Session

from dms import handlers
from dms.appraisal import consolidation
from dms.appraisal.models import Consolidation
from dms.campaigns.models import CampaignRevision
from dms.campaigns.vocabulary import NomineeKind
from dms.documents.models import Document, DocumentKind
from dms.dossiers import nominees, summary
from dms.dossiers.models import Dossier
from dms.dossiers.nominees import ScoreEntry
from dms.people.models import Unit
from dms.policy import Actor, Role, Status
from dms.signing.models import RouteOutcome, SigningRoute
from tests import factories as make

PAPER = "Quyết định số 318/QĐ-UBND"
Scores = Mapping[int, str]


def a_coordinator(session: Session) -> Actor:
    return make.an_actor(session, make.a_province(session).coordinator, Role.COORDINATOR)


def an_appraiser(session: Session) -> Actor:
    return make.an_actor(session, make.a_province(session).appraiser, Role.APPRAISER)


def a_submitted_dossier(
    session: Session,
    collectives: Mapping[str, Scores] | None = None,
    individuals: Mapping[str, Scores] | None = None,
    *,
    unit: Unit | None = None,
    status: Status = Status.SUBMITTED,
    now: datetime = make.NOW,
    revision: CampaignRevision | None = None,
) -> Dossier:
    """A dossier with nominees and their approved scores; its status is set without the acts that lead there."""
    dossier = make.a_dossier(session, unit=unit, now=now, revision=revision)
    clerk = make.clerk_of(session, dossier)
    kinds = ((NomineeKind.COLLECTIVE, collectives or {}), (NomineeKind.INDIVIDUAL, individuals or {}))
    for kind, named in kinds:
        for name, scores in named.items():
            workplace = name if kind is NomineeKind.INDIVIDUAL else ""
            nominee = make.a_nominee(session, dossier, name, kind=kind, by=clerk, workplace=workplace)
            entries = [ScoreEntry(year, Decimal(score), PAPER) for year, score in scores.items()]
            nominees.set_scores(session, nominee.id, entries, by=clerk, now=now)
    dossier.status, dossier.status_since = status, now
    dossier.submitted_at = now if status is not Status.DRAFT else None
    summary.refresh(session, dossier, now=now)
    return dossier


def a_list(session: Session, by: Actor, *, revision: CampaignRevision | None = None) -> Consolidation:
    revision = revision or make.a_campaign(session)
    return consolidation.open_consolidation(session, revision.id, make.BANG_KHEN, by=by, now=make.NOW)


def signed(session: Session, found: Consolidation) -> Document:
    """A letter that went all its way, as rows; that it comes to be by real signatures is shown in test_letter.py."""
    document = Document(unit_id=found.coordinator_id, kind=DocumentKind.CONSOLIDATION_LETTER, title="Tờ trình tổng hợp")
    document.versions = [make.a_version(1)]
    session.add(document)
    session.flush()
    ids = {"document_id": document.id, "version_id": document.versions[0].id, "trail_id": found.id}
    ended = {"opened_at": make.NOW, "closed_at": make.NOW, "outcome": RouteOutcome.COMPLETED}
    session.add(SigningRoute(title=document.title, trail_subject="consolidation", **ids, **ended))
    found.document_id = document.id
    session.flush()
    return document


def settle(session: Session, now: datetime = make.NOW) -> None:
    """Let the upper layers hear what was announced, as the edge does before it commits."""
    handlers.drain(session, now=now)
    session.flush()


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that the block sends to the database, from a cold session."""
    session.flush()
    session.expire_all()
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(bind, "before_cursor_execute", note)
