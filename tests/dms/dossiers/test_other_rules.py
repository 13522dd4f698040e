"""A dossier under the rules of another province and of the nation: a household, other papers, 90 % of all members."""

from io import BytesIO

import pytest
from docx import Document
from sqlalchemy.orm import Session

from dms.campaigns.vocabulary import NomineeKind, Scope
from dms.completeness.model import CheckKind
from dms.dossiers import council, drafting, service, summary
from dms.dossiers.council import MeetingData
from dms.dossiers.models import Dossier, Nominee
from dms.people.models import UnitKind
from dms.policy import Actor, Status
from tests import factories as make

BAC_NINH = make.ROOT / "campaigns" / "bac-ninh-khen-thuong-nam-2026.yaml"
NATIONAL = make.ROOT / "campaigns" / "danh-hieu-thi-dua-nam-2026.yaml"


def a_bac_ninh_dossier(session: Session) -> tuple[Dossier, Actor]:
    for code, kind in (("ubnd-tinh-bac-ninh", UnitKind.PROVINCIAL_COMMITTEE), ("so-noi-vu-bac-ninh", None)):
        make.a_unit(session, code=code, name=code, kind=kind or UnitKind.PROVINCIAL_DEPARTMENT)
    make.a_unit(session, code="vp-ubnd-bac-ninh")
    ward = make.a_unit(session, name="Ủy ban nhân dân phường Kinh Bắc", kind=UnitKind.COMMUNE)
    clerk = make.a_clerk(session, ward)
    revision = make.a_campaign(session, BAC_NINH)
    scheme = "bang-khen-tong-ket-nam"
    return make.a_dossier(session, unit=ward, scheme=scheme, revision=revision, by=clerk), clerk


def fill(session: Session, dossier: Dossier, nominees: list[Nominee], words: str) -> None:
    """Every paper that the scheme asks for, signed as its route says."""
    scheme = service.campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    for requirement in scheme.requirements:
        each = [n for n in nominees if requirement.is_asked_of(n.kind)]
        for nominee in each if requirement.scope is Scope.NOMINEE else [None]:
            part = make.a_paper(session, dossier, requirement.code, nominee, words=words)
            if requirement.route:
                make.signed(session, dossier, part)


def test_a_household_goes_from_draft_to_submission_under_the_rules_of_bac_ninh(session: Session) -> None:
    dossier, clerk = a_bac_ninh_dossier(session)
    household = make.a_nominee(session, dossier, "Hộ ông Nguyễn Văn Đất", kind=NomineeKind.HOUSEHOLD, by=clerk)
    collective = make.a_nominee(session, dossier, "Văn phòng", kind=NomineeKind.COLLECTIVE, by=clerk)
    nominees = [household, collective]
    for each in nominees:
        make.proven(session, each, by=clerk)
    meeting = MeetingData(held_on=make.NOW.date(), members_total=9, members_present=9)
    council.record_meeting(session, dossier.id, meeting, {each.id: 9 for each in nominees}, by=clerk, now=make.NOW)
    words = "Phường Kinh Bắc Ủy ban nhân dân phường Kinh Bắc Bằng khen Hộ ông Nguyễn Văn Đất Văn phòng"
    fill(session, dossier, nominees, words)
    row = summary.refresh(session, dossier, now=make.NOW)
    assert (row.collectives, row.households, row.individuals) == (1, 1, 0)
    sent = service.submit(session, dossier.id, by=clerk, now=make.NOW)
    assert sent.status is Status.SUBMITTED
    assert sent.coordinator_id == sent.appraiser_id  # Điều 6: dossiers go straight to Sở Nội vụ


def test_papers_of_a_household_call_it_by_its_kind(session: Session) -> None:
    dossier, clerk = a_bac_ninh_dossier(session)
    profile = {"head_name": "Nguyễn Văn Đất", "address": "Tổ 3, phường Kinh Bắc"}
    kind = NomineeKind.HOUSEHOLD
    nominee = make.a_nominee(session, dossier, "Hộ ông Nguyễn Văn Đất", kind=kind, by=clerk, profile=profile)  # type: ignore[arg-type]  # the factory hands it on
    scheme = service.campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    letter, report = scheme.requirement("to-trinh"), scheme.requirement("bao-cao-thanh-tich")
    assert letter is not None
    assert report is not None
    assert "01 hộ gia đình" in text_of(drafting.paper(session, dossier, letter, None, now=make.NOW))
    written = text_of(drafting.paper(session, dossier, report, nominee, now=make.NOW))
    assert "Họ và tên chủ hộ: Nguyễn Văn Đất" in written
    assert "ĐẠI DIỆN HỘ GIA ĐÌNH" in written


@pytest.mark.parametrize(("in_favour", "code"), [(8, "votes_short"), (9, "votes_enough")])
def test_a_fighter_of_the_province_needs_90_percent_of_all_members(session: Session, in_favour: int, code: str) -> None:
    make.a_province(session)
    revision = make.a_campaign(session, NATIONAL)
    dossier = make.a_dossier(session, scheme="chien-si-thi-dua-tinh", revision=revision)
    clerk = make.clerk_of(session, dossier)
    nominee = make.a_nominee(session, dossier, by=clerk)
    meeting = MeetingData(held_on=make.NOW.date(), members_total=9, members_present=9)
    council.record_meeting(session, dossier.id, meeting, {nominee.id: in_favour}, by=clerk, now=make.NOW)
    found = service.judge(session, dossier, now=make.NOW).findings
    assert [finding.code for finding in found if finding.check is CheckKind.VOTES] == [code]


def text_of(docx: bytes) -> str:
    document = Document(BytesIO(docx))
    cells = (cell for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join(p.text for holder in (document, *cells) for p in holder.paragraphs)
