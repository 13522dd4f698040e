"""Where a decision stands, told from what was done; nothing of it is stored."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy.orm import Session

from dms.awards.models import Decision
from dms.documents import service as documents
from dms.signing import service as signing
from dms.signing.models import RouteOutcome, SigningRoute


class DecisionState(StrEnum):
    """What happens with a decision now."""

    CONVERTING = "converting"
    READY = "ready"
    WITH_SIGNERS = "with_signers"
    REFUSED = "refused"
    CONFERRED = "conferred"
    CANCELLED = "cancelled"


def state_of(decision: Decision, route: SigningRoute | None) -> DecisionState:
    """The state of a decision whose document's newest route is ``route``."""
    if decision.cancelled_at is not None:
        return DecisionState.CANCELLED
    if decision.conferred_at is not None:
        return DecisionState.CONFERRED
    if route is not None and route.closed_at is None:
        return DecisionState.WITH_SIGNERS
    version = documents.current_version(decision.document)
    if route is not None and route.outcome is RouteOutcome.REFUSED and version and route.version_id == version.id:
        return DecisionState.REFUSED
    is_pdf = version is not None and version.media_type == documents.PDF
    return DecisionState.READY if is_pdf else DecisionState.CONVERTING


def states_of(session: Session, decisions: Sequence[Decision]) -> dict[Decision, DecisionState]:
    """The states of many decisions; two queries more."""
    routes = signing.latest_routes(session, [decision.document_id for decision in decisions])
    return {decision: state_of(decision, routes.get(decision.document_id)) for decision in decisions}
