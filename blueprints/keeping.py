"""What is done every night: renewals and checkpoints, so that archive and histories stay provable; reminders of terms.

Each part fails alone, and is tried again the next night.
"""

from collections.abc import Callable
from datetime import timedelta

import structlog
from flask import Flask
from sqlalchemy.exc import IntegrityError

from blueprints.extensions import db
from blueprints.web import tools, transaction
from dms import clock
from dms.appraisal.desk import presence, reminders
from dms.archive import authorities, checkpoints, renewal, stamps
from dms.archive.models import AuditCheckpoint

log = structlog.get_logger(__name__)


def every_night(app: Flask) -> None:
    """Take stock, announce what has to be renewed, ask the authorities, make a checkpoint."""
    with app.app_context():
        for part in (renew_due, remind_of_terms, ask_authorities, make_checkpoint):
            _alone(part)


def renew_due() -> int:
    """Announce the files whose proof ends within the time that the settings name; a worker renews them."""
    within = timedelta(days=tools().settings.archive_renew_days)
    with transaction() as session:
        stamps.take_stock(session, tools().signing)
        return renewal.announce(session, within=within, now=clock.now())


def remind_of_terms() -> int:
    """Remind the offices of terms in working days that end soon, or are over; each once."""
    with transaction() as session:
        presence.sweep(session, now=clock.now())
        return reminders.announce(session, calendar=tools().calendar, now=clock.now())


def ask_authorities() -> None:
    """Ask each time-stamping authority, and keep what came of it."""
    found = authorities.probe(tools().signing.trust)
    with transaction() as session:
        authorities.note(session, found, now=clock.now())


def make_checkpoint() -> AuditCheckpoint | None:
    """Make a checkpoint of the histories and copy it; None where nothing moved or another process was quicker."""
    drafted = checkpoints.draft(db.session(), now=clock.now())
    db.session().rollback()
    made = None
    if drafted is not None:
        stamped = checkpoints.stamp(drafted, tools().signing.trust)
        try:
            with transaction() as session:
                made = checkpoints.keep(session, drafted, stamped, now=clock.now())
        except IntegrityError:
            return None
    if folder := tools().settings.checkpoint_folder:
        checkpoints.export_to(folder, checkpoints.stored(db.session()))
    return made


def _alone(part: Callable[[], object]) -> None:
    try:
        part()
    except Exception:  # the other parts must have their turn
        log.exception("keeping_failed", part=part.__name__)
        db.session().rollback()
