"""Take back a file that was signed elsewhere, the same way from a person's form and from a program with a token."""

from uuid import UUID

from blueprints.extensions import db
from blueprints.files import Upload
from blueprints.web import tools, transaction
from dms import clock
from dms.documents import intake
from dms.errors import Invalid
from dms.policy import Actor
from dms.signing import returned
from dms.signing.errands import service as errands
from dms.signing.errands.models import Errand
from dms.signing.returned import Judged


def take_back(step_id: UUID, upload: Upload, *, errand_id: UUID | None, by: Actor) -> None:
    """Judge the file and make it the next version; that it was not the right one is written into the history."""
    try:
        judged = _judge(step_id, upload, errand_id, by=by)
        db.session.rollback()  # it only read; the writing begins afresh
        with transaction() as session:
            signature = returned.keep(session, judged, by=by, now=clock.now())
            if errand_id is not None:
                errands.close(session.get_one(Errand, errand_id), signature)
    except Invalid as error:
        db.session.rollback()
        with transaction() as session:
            errands.note_refusal(session, step_id, error, by=by, now=clock.now())
        raise


def _judge(step_id: UUID, upload: Upload, errand_id: UUID | None, *, by: Actor) -> Judged:
    session, desk = db.session(), tools().signing
    sent = session.get_one(Errand, errand_id).file_digest if errand_id else None
    taken = intake.receive(desk.desk, upload.stream, filename=upload.filename)
    return returned.judge(session, desk, step_id, taken, by=by, now=clock.now(), sent_digest=sent)
