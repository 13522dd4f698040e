"""How the people of the demo province act: with the same verbs that their pages call."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import jobs
from blueprints.extensions import db
from blueprints.web import Tools, transaction
from demo import plans
from demo.province import DOMAIN
from dms import clock
from dms.campaigns import service as campaigns
from dms.campaigns.models import CampaignRevision
from dms.campaigns.vocabulary import CriterionKind, StepAction
from dms.documents import service as documents
from dms.dossiers import council, nominees, parts, routing
from dms.dossiers import service as dossiers
from dms.dossiers.council import MeetingData
from dms.dossiers.nominees import NomineeData, ScoreEntry, Statement
from dms.dossiers.parts import Slot
from dms.people import service as people
from dms.people.models import Person
from dms.policy import Actor
from dms.signing import service as signing
from dms.signing import signatures
from dms.signing.models import Step

YEARS = (2023, 2024, 2025)
APPROVED_BY = {year: f"Quyết định công bố kết quả Bộ chỉ số chuyển đổi số năm {year}" for year in YEARS}


@dataclass(frozen=True)
class Cast:
    """Everybody who acts, and the tools they act with."""

    tools: Tools

    def actor(self, session: Session, account: str) -> Actor:
        person = session.scalars(select(Person.id).where(Person.email == f"{account}@{DOMAIN}")).one()
        return people.actor_of(session, person, clock.day_of(clock.now()))

    def accept(self, path: Path) -> UUID:
        with transaction() as session:
            by = self.actor(session, "quantri")
            now = clock.now()
            text = plans.for_demo(path, clock.day_of(now))
            return campaigns.accept(session, text, filename=path.name, by=by, now=now).id

    def open(self, account: str, revision_id: UUID, scheme: str, unit_code: str) -> UUID:
        with transaction() as session:
            unit = people.unit_by_code(session, unit_code)
            by = self.actor(session, account)
            return dossiers.open_dossier(session, revision_id, scheme, unit.id, by=by, now=clock.now()).id

    def nominate(self, account: str, dossier_id: UUID, data: NomineeData, scores: dict[int, str]) -> UUID:
        """Put somebody forward, with index scores and a yes to every criterion that a unit states by itself."""
        with transaction() as session:
            by, now = self.actor(session, account), clock.now()
            nominee = nominees.add_nominee(session, dossier_id, data, by=by, now=now)
            entries = [ScoreEntry(year, Decimal(score), APPROVED_BY.get(year, "")) for year, score in scores.items()]
            nominees.set_scores(session, nominee.id, entries, by=by, now=now)
            dossier = dossiers.get(session, dossier_id, by=by)
            scheme = campaigns.scheme_of(session.get_one(CampaignRevision, dossier.revision_id), dossier.scheme_code)
            stated = [
                Statement(each.id, nominees.best_of(each.kind))
                for each in scheme.criteria
                if each.nominee_kind is data.kind and each.kind is not CriterionKind.INDEX_SCORE
            ]
            nominees.attest(session, nominee.id, stated, by=by, now=now)
            return nominee.id

    def meet(self, account: str, dossier_id: UUID, data: MeetingData, votes: dict[UUID, int | None]) -> None:
        with transaction() as session:
            by = self.actor(session, account)
            council.record_meeting(session, dossier_id, data, votes, by=by, now=clock.now())

    def draft(self, account: str, slot: Slot) -> None:
        with transaction() as session:
            parts.draft(session, self.tools.desk, slot, by=self.actor(session, account), now=clock.now())
        jobs.run_waiting(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001  (the app, not its proxy)

    def send_for_signature(self, account: str, dossier_id: UUID) -> None:
        with transaction() as session:
            by = self.actor(session, account)
            routing.send_for_signature(session, self.tools.signing, dossier_id, by=by, now=clock.now())

    def sign_all(self, *accounts: str) -> None:
        """Let these people act on whatever waits for them, in turn, until nothing does."""
        while any([self._act(account) for account in accounts]):  # noqa: C419  (everybody acts once in each round)
            pass

    def submit(self, account: str, dossier_id: UUID) -> None:
        with transaction() as session:
            dossiers.submit(session, dossier_id, by=self.actor(session, account), now=clock.now())

    def _act(self, account: str) -> bool:
        session = db.session()
        by = self.actor(session, account)
        waiting = [(step.id, step.action, step.route.version.digest) for step in signing.waiting_for(session, by)]
        for step_id, action, digest in waiting[:1]:
            if action is StepAction.NUMBER:
                self._give_number(step_id, by)
            else:
                signatures.sign_with_server_key(
                    session, transaction, self.tools.signing, step_id, shown_digest=digest, by=by, now=clock.now()
                )
        return bool(waiting)

    def _give_number(self, step_id: UUID, by: Actor) -> None:
        now: datetime = clock.now()
        day = clock.day_of(now)
        with transaction() as session:
            paper = session.get_one(Step, step_id).route.document
            symbol = paper.symbol or "CV"
            number = documents.next_number(session, unit_id=paper.unit_id, symbol=symbol, year=day.year)
            signing.give_number(session, step_id, number=number, symbol=symbol, issued_on=day, by=by, now=now)
