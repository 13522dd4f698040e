"""Certificates: set as PDF/A when a decision has conferred, stored by digest, never made twice."""

from datetime import datetime
from io import BytesIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import outbox
from dms.audit import record
from dms.awards import paper
from dms.awards.models import Award, Decision
from dms.awards.service import trail_of
from dms.documents import intake
from dms.documents.service import Desk
from dms.policy import SYSTEM


def verify_url(base_url: str, award: Award) -> str:
    """The public address behind the certificate's QR code."""
    return f"{base_url.rstrip('/')}/v/{award.public_code}"


def make(session: Session, desk: Desk, decision_id: UUID, *, base_url: str, demo: bool, now: datetime) -> list[Award]:
    """Make the certificates that the decision's awards still lack; announce that its dossiers may be sealed.

    Raises Unavailable("store_unavailable"): nothing is kept then, and a retry makes them all.
    """
    decision = session.get_one(Decision, decision_id)
    query = select(Award).where(Award.decision_id == decision.id).order_by(Award.ordinal)
    awards = list(session.scalars(query))
    missing = [award for award in awards if award.certificate_digest is None]
    for award in missing:
        url = verify_url(base_url, award)
        content = paper.certificate_pdf(session, award, decision, verify_url=url, demo=demo)
        award.certificate_digest, _ = intake.keep(desk, BytesIO(content))
    if missing:
        made = {str(award.id): award.certificate_digest for award in missing}
        record(session, trail_of(decision), "decision:certificates:make", by=SYSTEM, now=now, certificates=made)
    session.flush()
    for dossier_id in dict.fromkeys(award.dossier_id for award in awards):
        outbox.add(session, "dossier.sealable", now=now, dossier_id=dossier_id)
    return missing
