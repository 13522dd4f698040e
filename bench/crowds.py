"""Dossiers and awards in numbers, written as rows: what is measured is how they are read."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import count, product
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from dms import clock
from dms.archive import search
from dms.awards.models import Award, Decision
from dms.campaigns import service as campaigns
from dms.campaigns.vocabulary import NomineeKind
from dms.documents.models import Document, DocumentKind
from dms.dossiers import nominees as nominating
from dms.dossiers import summary
from dms.dossiers.models import Attestation, Dossier, DossierSummary, IndexScore, Nominee
from dms.people.models import Unit
from dms.policy import Actor, Status
from dms.text import fold
from tests import factories as make

REPORT = "bao-cao-thanh-tich"
AWARDS_OF_ONE_DECISION = 500
_SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Thạch", "Kiều", "Lâm")
_MIDDLES = ("Thị Thuỳ", "Văn", "Minh", "Thị Kim", "Hoàng", "Quốc", "Thị Ngọc", "Hữu", "Thanh", "Gia", "Đức")
_GIVEN = ("Dương", "Phước", "Ánh", "Loan", "Hân", "Tùng", "Hồng", "Vinh", "Nhân", "Yến", "Thành", "Khôi", "Đệ", "Ưu")
_WORKPLACES = ("Phòng Chuyển đổi số", "Văn phòng Sở", "Phòng Kế hoạch - Tài chính", "Trường THPT Lưu Văn Liệt")
_numbers = count(1)


def people() -> Iterator[str]:
    """Vietnamese names without end; each combination returns after some thousands."""
    while True:
        yield from (" ".join(parts) for parts in product(_GIVEN, _MIDDLES, _SURNAMES))


def a_full_dossier(session: Session, size: int, *, with_papers: bool = True) -> tuple[Dossier, Actor]:
    """A dossier of ``size`` people who lack nothing, each with a report on its finished route; and its clerk."""
    unit = make.a_unit(session)
    clerk = make.a_clerk(session, unit)
    dossier = make.a_dossier(session, unit=unit, by=clerk)
    listed = [_nominee(session, dossier, ordinal) for ordinal in range(1, size + 1)]
    if with_papers:
        for code, of in (("to-trinh", None), ("bien-ban", None), *((REPORT, nominee) for nominee in listed)):
            make.signed(session, dossier, make.a_paper(session, dossier, code, of, words="Đề nghị tặng Bằng khen"))
    summary.refresh(session, dossier, now=clock.now())
    return dossier, clerk


def _nominee(session: Session, dossier: Dossier, ordinal: int) -> Nominee:
    name = f"Trần Văn Thử {next(_numbers)}"
    nominee = Nominee(
        dossier_id=dossier.id, ordinal=ordinal, kind=NomineeKind.INDIVIDUAL, name=name, folded_name=fold(name)
    )
    scheme = campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    years = campaigns.spec_of(dossier.revision).years
    nominee.scores = [IndexScore(year=year, score=Decimal("95.5"), approved_by="Quyết định 318") for year in years]
    nominee.attestations = [
        Attestation(criterion_id=each.id, value=nominating.best_of(each.kind), stated_at=clock.now())
        for each in scheme.criteria
        if each.nominee_kind is nominee.kind and each.kind != "index_score"
    ]
    session.add(nominee)
    session.flush()
    return nominee


def more_dossiers(session: Session, like: Dossier, number: int) -> None:
    """Rows as the list shows them: a dossier and its summary."""
    now = clock.now()
    kept = {"status": Status.DRAFT, "opened_at": now, "status_since": now, "lock_version": 1, "year": like.year}
    same = {
        name: getattr(like, name)
        for name in ("revision_id", "scheme_code", "unit_id", "coordinator_id", "appraiser_id", "conferrer_id")
    }
    ids = [uuid4() for _ in range(number)]
    session.execute(insert(Dossier), [{"id": each, "code": f"HS-{next(_numbers):06d}-B"} | kept | same for each in ids])
    session.execute(insert(DossierSummary), [{"dossier_id": each, "computed_at": now} for each in ids])


def more_awards(session: Session, dossiers: list[Dossier], names: Iterator[str], number: int) -> None:
    """One decision with its awards, spread over the units of ``dossiers``, in tables and search index."""
    decision = _decision(session, dossiers[0])
    listed = [(ordinal, dossiers[ordinal % len(dossiers)], next(names)) for ordinal in range(1, number + 1)]
    nominees = {ordinal: uuid4() for ordinal, _, _ in listed}
    session.execute(insert(Nominee), [_row_of(nominees[o], dossier, name) for o, dossier, name in listed])
    units = {each.unit_id: session.get_one(Unit, each.unit_id).names[-1].name for each in dossiers}
    awards = [
        _award(decision, ordinal, name, nominee_id=nominees[ordinal], dossier=dossier, unit=units[dossier.unit_id])
        for ordinal, dossier, name in listed
    ]
    session.add_all(awards)
    session.flush()
    search.index_awards(session, awards)


def _decision(session: Session, dossier: Dossier) -> Decision:
    document = Document(unit_id=dossier.conferrer_id, kind=DocumentKind.DECISION, title="Quyết định khen thưởng")
    session.add(document)
    session.flush()
    decision = Decision(
        revision_id=dossier.revision_id,
        scheme_code=dossier.scheme_code,
        conferrer_id=dossier.conferrer_id,
        document_id=document.id,
        prepared_at=clock.now(),
        conferred_at=clock.now(),
    )
    session.add(decision)
    session.flush()
    return decision


def _row_of(nominee_id: UUID, dossier: Dossier, name: str) -> dict[str, object]:
    return {
        "id": nominee_id,
        "dossier_id": dossier.id,
        "ordinal": 1000 + next(_numbers),
        "kind": NomineeKind.INDIVIDUAL,
        "name": name,
        "folded_name": fold(name),
        "sections": {},
    }


def _award(decision: Decision, ordinal: int, name: str, *, nominee_id: UUID, dossier: Dossier, unit: str) -> Award:
    number = next(_numbers)
    day = clock.day_of(clock.now()).replace(year=2000 + number % 26, month=1 + number % 12)
    return Award(
        decision_id=decision.id,
        nominee_id=nominee_id,
        dossier_id=dossier.id,
        unit_id=dossier.unit_id,
        ordinal=ordinal,
        kind=NomineeKind.INDIVIDUAL,
        recipient=name,
        position_title="Chuyên viên",
        workplace=_WORKPLACES[number % len(_WORKPLACES)],
        unit_name=unit,
        form="bang_khen",
        title="Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh Vĩnh Long",
        achievement="Có thành tích xuất sắc trong phong trào thi đua về chuyển đổi số",
        conferrer_name="Chủ tịch Ủy ban nhân dân tỉnh Vĩnh Long",
        decision_number=f"{1 + number // AWARDS_OF_ONE_DECISION}/QĐ-UBND",
        decided_on=day,
        year=day.year,
        public_code=f"BENCH{number:08d}",
    )
