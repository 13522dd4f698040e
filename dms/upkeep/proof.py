"""Whether the archive still proves itself, and whether the histories are as long as their checkpoints say."""

from collections.abc import Generator
from datetime import timedelta

from sqlalchemy import select

from dms.archive import checkpoints
from dms.archive.models import ArchiveTimestamp
from dms.documents.models import Version
from dms.upkeep.model import Gravity, Trouble, Ward

SOON = timedelta(days=90)
"""A renewal is tried a year before; what ends so soon has failed again and again."""


def lapsing(ward: Ward) -> Generator[Trouble | None]:
    """Each sealed file's last archive time stamp is good for a while."""
    query = select(ArchiveTimestamp).where(ArchiveTimestamp.renewed_at.is_(None))
    for row in ward.session.scalars(query.execution_options(yield_per=500)):
        yield _judged(ward, row) if row.good_until <= ward.now + SOON else None


def _judged(ward: Ward, row: ArchiveTimestamp) -> Trouble:
    title = ward.session.get_one(Version, row.version_id).document.title
    told = {"title": title, "day": row.good_until}
    if row.good_until <= ward.now:
        return Trouble("archive_lapsed", Gravity.ERROR, told)
    return Trouble("archive_ends_soon", Gravity.WARNING, told)


def histories(ward: Ward) -> Generator[Trouble | None]:
    """Each history is as long as the newest checkpoint says that it was, and each checkpoint is genuine."""
    kept = list(checkpoints.stored(ward.session))
    report = checkpoints.verify(ward.session, kept, ward.desk.trust)
    for each in report.contradictions:
        told = {
            "checkpoint": each.checkpoint,
            "subject": each.subject,
            "id": each.subject_id,
            "position": each.position,
        }
        yield Trouble("history_shorter" if each.subject else "checkpoint_untrue", Gravity.ERROR, told)
    yield from (None for _ in kept)
