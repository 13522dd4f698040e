"""The appraiser's letter as a paper, with the letters of the coordinator that it answers (P12, P13, P22)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import clock
from dms.appraisal import paper
from dms.appraisal.models import AppraisalLetter, Consolidation, ConsolidationEntry
from dms.campaigns import service as campaigns
from dms.documents.models import Document
from dms.documents.service import format_number
from dms.dossiers.legal import preamble
from dms.dossiers.mentions import award_in_words
from dms.dossiers.sources import head_of, head_signer
from dms.papers import data, letters, wording
from dms.people import service as people

ATTACHED = "Dự thảo Quyết định khen thưởng"


def letter(session: Session, about: AppraisalLetter, entries: Sequence[ConsolidationEntry], *, now: datetime) -> bytes:
    """The letter with those whose dossiers have passed, as DOCX with gaps for number and date."""
    day = clock.day_of(now)
    revision = campaigns.get_revision(session, about.revision_id)
    spec, scheme = campaigns.spec_of(revision), campaigns.scheme_of(revision, about.scheme_code)
    appraiser, unit = people.name_on(session, about.appraiser_id, day), people.get_unit(session, about.appraiser_id)
    authority = scheme.decision.authority.title
    units = len({entry.nominee.dossier.unit_id for entry in entries})
    return letters.appraisal(
        data.AppraisalLetter(
            head=head_of(appraiser, f"TTr-{appraiser.symbol}"),
            appraiser=appraiser.name,
            authority=authority,
            award=award_in_words(scheme.form, authority),
            campaign=spec.title,
            legal_bases=tuple(f"Căn cứ {basis}" for basis in preamble(spec, day)),
            proposals=tuple(_proposals(session, about, now=now)),
            units=units,
            score=spec.score.name,
            ranked=paper.ranked_list(scheme, entries, years=spec.years),
            attachments=(ATTACHED, f"Hồ sơ của {wording.two_digits(units)} cơ quan, đơn vị, địa phương"),
            signer=head_signer(session, about.appraiser_id, unit.kind, day),
            recipients=data.Recipients(),
        )
    )


def _proposals(session: Session, about: AppraisalLetter, *, now: datetime) -> list[str]:
    """The coordinator's letters on these lists that were numbered."""
    query = (
        select(Document, Consolidation.coordinator_id)
        .join(Consolidation, Consolidation.document_id == Document.id)
        .where(
            Consolidation.revision_id == about.revision_id,
            Consolidation.scheme_code == about.scheme_code,
            Consolidation.sent_at.is_not(None),
            Document.number.is_not(None),
        )
    )
    day = clock.day_of(now)
    return [
        f"Tờ trình {_number_and_day(document)} của {people.name_on(session, coordinator_id, day).name}"
        for document, coordinator_id in session.execute(query)
    ]


def _number_and_day(document: Document) -> str:
    number = format_number(document.number or 0, document.symbol or "")
    return f"số {number} {wording.spelled_date_or_gaps(document.issued_on)}"
