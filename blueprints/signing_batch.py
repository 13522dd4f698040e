"""Sign many documents, each by itself: one that fails stops no other, and each tells its own result."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from blueprints import errors
from blueprints.extensions import db
from blueprints.web import transaction
from dms import clock
from dms.errors import DomainError
from dms.policy import Actor
from dms.signing import service, signatures
from dms.signing.service import SigningDesk

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A step that was ticked, and the digest of the version that its list showed."""

    step_id: UUID
    shown: str

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """Read what the check box sends, ``<step>:<digest>``; None for anything else."""
        step, _, shown = value.partition(":")
        try:
            return cls(UUID(step), shown)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one document; ``sentence`` says why it was not signed."""

    title: str
    step_id: UUID
    document_id: UUID | None
    sentence: str | None = None


def sign_each(chosen: Iterable[Chosen], desk: SigningDesk, *, by: Actor) -> list[Result]:
    """Sign one after the other, in transactions of their own."""
    return [_sign(each, desk, by=by) for each in dict.fromkeys(chosen)]


def _sign(chosen: Chosen, desk: SigningDesk, *, by: Actor) -> Result:
    try:
        step = service.get_step(db.session(), chosen.step_id, by=by)
        title, document_id = step.route.title, step.route.document_id
    except DomainError as error:
        return Result("", chosen.step_id, None, errors.sentence(error))
    sentence = _refusal(chosen, desk, by=by)
    return Result(title, chosen.step_id, document_id, sentence)


def _refusal(chosen: Chosen, desk: SigningDesk, *, by: Actor) -> str | None:
    try:
        signatures.sign_with_server_key(
            db.session(), transaction, desk, chosen.step_id, shown_digest=chosen.shown, by=by, now=clock.now()
        )
    except DomainError as error:
        db.session.rollback()
        return errors.sentence(error)
    except SQLAlchemyError as error:  # somebody else was faster; the others are not touched
        db.session.rollback()
        log.info("batch_stale", step=str(chosen.step_id), error=type(error).__name__)
        return str(errors.SENTENCES["stale"])
    return None
