"""The papers of a dossier: attached, drafted from data, replaced; what they say is what the system knows."""

import io
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import docx
import pytest
from sqlalchemy.orm import Session

from dms import audit, outbox
from dms.campaigns.vocabulary import NomineeKind
from dms.documents import service as documents
from dms.documents.models import Origin, Version
from dms.documents.service import Desk
from dms.dossiers import council, nominees, parts
from dms.dossiers.council import MeetingData
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import CouncilRole, Dossier, Nominee, Presence
from dms.dossiers.nominees import NomineeData, ScoreEntry, Statement
from dms.dossiers.parts import Slot
from dms.errors import Conflict, Invalid
from dms.people.models import Capacity
from dms.policy import Actor, PositionKind, Status
from dms.signing.models import RouteOutcome
from tests import factories as make
from tests.samples import docx_file, image, pdf

COLLECTIVE, INDIVIDUAL = NomineeKind.COLLECTIVE, NomineeKind.INDIVIDUAL


def received(desk: Desk, content: bytes, filename: str) -> documents.Intake:
    return documents.receive(desk, io.BytesIO(content), filename=filename)


def words_of(desk: Desk, version: Version) -> str:
    """The words of a drafted paper, tables included, each run of white space made one space."""
    with documents.local_copy(desk, version) as path:
        document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join(" ".join([*(p.text for p in document.paragraphs), *cells]).replace("\u00a0", " ").split())


# --- attach


def test_a_file_becomes_the_first_version_of_the_papers_document(session: Session, desk: Desk) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    intake = received(desk, pdf("Tờ trình đề nghị tặng Bằng khen"), "to trinh.pdf")
    version = parts.attach(session, Slot(dossier.id, "to-trinh"), intake, note="Bản đầu", by=clerk, now=make.NOW)
    assert (version.number, version.origin, version.note) == (1, Origin.UPLOADED, "Bản đầu")
    assert version.document.unit_id == dossier.unit_id
    assert version.document.symbol == "TTr-SGDĐT"
    tags = [event.tag for event in audit.events(session, trail_of(dossier))]
    assert tags[-2:] == ["document:version:uploaded", "dossier:part:attach"]


def test_a_second_file_is_the_next_version_and_ends_the_route_of_the_first(session: Session, desk: Desk) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    part = make.a_paper(session, dossier, "bien-ban")
    route = make.signed(session, dossier, part)
    route.closed_at = route.outcome = None  # as if it were still on its way
    version = parts.attach(
        session, Slot(dossier.id, "bien-ban"), received(desk, pdf("Biên bản"), "b.pdf"), by=clerk, now=make.NOW
    )
    assert version.number == 2
    assert version.document_id == part.document_id
    assert route.outcome is RouteOutcome.REPLACED


@pytest.mark.parametrize(
    ("slot", "code"),
    [(("khong-co", None), "requirement_unknown"), (("bao-cao-thanh-tich", None), "nominee_not_in_dossier")],
)
def test_a_place_that_is_not_there_takes_no_file(
    session: Session, desk: Desk, slot: tuple[str, None], code: str
) -> None:
    dossier = make.a_dossier(session)
    with pytest.raises(Invalid, match=code):
        parts.attach(
            session,
            Slot(dossier.id, *slot),
            received(desk, pdf("Báo cáo"), "b.pdf"),
            by=make.clerk_of(session, dossier),
            now=make.NOW,
        )


def test_a_picture_is_no_letter(session: Session, desk: Desk) -> None:
    dossier = make.a_dossier(session)
    with pytest.raises(Invalid, match="media_not_accepted"):
        parts.attach(
            session,
            Slot(dossier.id, "to-trinh"),
            received(desk, image(), "scan.png"),
            by=make.clerk_of(session, dossier),
            now=make.NOW,
        )


def test_a_dossier_that_lies_elsewhere_takes_no_file(session: Session, desk: Desk) -> None:
    dossier = make.a_dossier(session, status=Status.CONSOLIDATED)
    with pytest.raises(Conflict, match="dossier_closed_for_changes"):
        parts.attach(
            session,
            Slot(dossier.id, "to-trinh"),
            received(desk, docx_file("Tờ trình"), "t.docx"),
            by=make.clerk_of(session, dossier),
            now=make.NOW,
        )


# --- draft


@pytest.fixture
def filled(session: Session) -> tuple[Dossier, Actor, Nominee, Nominee]:
    """A department's dossier with a collective and a person, a meeting and votes, and people who will sign."""
    province = make.a_province(session)
    for kind, name, title in (
        (PositionKind.HEAD, "Trần Minh Trưởng", "Giám đốc"),
        (PositionKind.COUNCIL_CHAIR, "Lê Văn Chủ", "Chủ tịch Hội đồng"),
        (PositionKind.COUNCIL_SECRETARY, "Phạm Thị Ký", "Thư ký Hội đồng"),
    ):
        make.an_appointment(session, make.a_person(session, name), province.department, kind, title=title)
    dossier = make.a_dossier(session, unit=province.department)
    clerk = make.clerk_of(session, dossier)
    texts = {"a": "Tổ chức 12 hội nghị.", "đ": "Dẫn đầu Bộ chỉ số."}
    division = nominees.add_nominee(
        session,
        dossier.id,
        NomineeData(COLLECTIVE, "Phòng Giáo dục Trung học", sections=texts, profile={"head_name": "Đỗ Thị Hằng"}),
        by=clerk,
        now=make.NOW,
    )
    person = nominees.add_nominee(
        session,
        dossier.id,
        NomineeData(
            INDIVIDUAL,
            "Nguyễn Văn Hùng",
            position_title="Chuyên viên",
            workplace="Văn phòng Sở",
            profile={"honorific": "Ông", "born_on": "1988-02-09"},
        ),
        by=clerk,
        now=make.NOW,
    )
    meeting = MeetingData(
        date(2026, 1, 5),
        9,
        7,
        1,
        place="Phòng họp số 1",
        conclusion="Thống nhất đề nghị.",
        opened_at=time(8, 30),
        closed_at=time(10, 15),
        members=make.a_council(9, written=1, absent=1),
    )
    council.record_meeting(session, dossier.id, meeting, {division.id: 8, person.id: 7}, by=clerk, now=make.NOW)
    return dossier, clerk, division, person


def drafted(session: Session, desk: Desk, slot: Slot, by: Actor) -> str:
    version = parts.draft(session, desk, slot, by=by, now=make.NOW)
    assert (version.origin, version.media_type) == (Origin.DRAFTED, documents.DOCX)
    return words_of(desk, version)


@pytest.mark.rule("P17")
def test_the_letter_names_nominees_bases_addressees_and_signer(
    session: Session, desk: Desk, filled: tuple[Dossier, Actor, Nominee, Nominee]
) -> None:
    dossier, clerk, *_ = filled
    words = drafted(session, desk, Slot(dossier.id, "to-trinh"), clerk)
    for expected in (
        "UBND TỈNH VĨNH LONG",
        "SỞ GIÁO DỤC VÀ ĐÀO TẠO",
        "/TTr-SGDĐT",
        "đề nghị tặng Bằng khen của Chủ tịch UBND tỉnh",
        "Căn cứ Quyết định số 03/2021/QĐ-UBND ngày 02 tháng 3 năm 2021 của UBND tỉnh Vĩnh Long",
        "Phòng Giáo dục Trung học",
        "Ông Nguyễn Văn Hùng, Chuyên viên, Văn phòng Sở",
        "01 tập thể và 01 cá nhân",
        "ngày 05 tháng 01 năm 2026",
        "Sở Thông tin và Truyền thông",
        "02 báo cáo thành tích của tập thể, cá nhân đề nghị khen thưởng",
        "GIÁM ĐỐC",
        "Trần Minh Trưởng",
    ):
        assert expected in words


def test_a_report_from_the_unit_itself_names_the_unit_once_under_its_superior(
    session: Session, desk: Desk, filled: tuple[Dossier, Actor, Nominee, Nominee]
) -> None:
    dossier, clerk, _, person = filled
    own = NomineeData(INDIVIDUAL, "Nguyễn Văn Hùng", workplace="Sở Giáo dục và Đào tạo")
    nominees.edit_nominee(session, person.id, own, by=clerk, now=make.NOW)
    words = drafted(session, desk, Slot(dossier.id, "bao-cao-thanh-tich", person.id), clerk)
    assert words.count("SỞ GIÁO DỤC VÀ ĐÀO TẠO") == 1
    assert "UBND TỈNH VĨNH LONG" in words


@pytest.mark.rule("P15")
def test_the_minutes_count_votes_of_all_members(
    session: Session, desk: Desk, filled: tuple[Dossier, Actor, Nominee, Nominee]
) -> None:
    dossier, clerk, *_ = filled
    words = drafted(session, desk, Slot(dossier.id, "bien-ban"), clerk)
    for expected in (
        "07/09 thành viên Hội đồng Thi đua - Khen thưởng Sở Giáo dục và Đào tạo",
        "Vắng mặt: 02 thành viên",
        "08/09",
        "88,89%",
        "08 giờ 30 phút, ngày 05 tháng 01 năm 2026",
        "Cuộc họp kết thúc vào 10 giờ 15 phút, ngày 05 tháng 01 năm 2026",
        "Phòng họp số 1",
        "Thống nhất đề nghị.",
        "Chủ trì: Ông Nguyễn Văn Hội Đồng 1, Trưởng phòng - Chủ tịch Hội đồng",
        "Thư ký: Ông Nguyễn Văn Hội Đồng 3, Trưởng phòng - Thư ký Hội đồng",
        "Ông Nguyễn Văn Hội Đồng 8, Trưởng phòng - Ủy viên (đã gửi ý kiến bằng văn bản: Đồng ý)",
        "Ông Nguyễn Văn Hội Đồng 9, Trưởng phòng - Ủy viên (chưa có ý kiến)",
    ):
        assert expected in words
    assert "…" not in words


@pytest.mark.rule("P15")
def test_minutes_are_drafted_once_all_that_they_say_is_known(session: Session, desk: Desk) -> None:
    dossier = make.a_dossier(session)
    clerk = make.clerk_of(session, dossier)
    nominee = make.a_nominee(session, dossier, by=clerk)

    def lacking() -> list[str]:
        with pytest.raises(Invalid, match="minutes_facts_missing") as caught:
            parts.draft(session, desk, Slot(dossier.id, "bien-ban"), by=clerk, now=make.NOW)
        return [fact.value for fact in caught.value.params["missing"]]

    assert lacking() == ["meeting"]
    known = {"held_on": date(2026, 1, 5), "members_total": 9, "members_present": 9}
    council.record_meeting(session, dossier.id, MeetingData(**known), {}, by=clerk, now=make.NOW)
    session.expire_all()
    everything = ["opened_at", "closed_at", "place", "members", "chair", "secretary", "votes", "conclusion"]
    assert lacking() == everything
    known |= {"place": "Hội trường", "conclusion": "Thống nhất.", "opened_at": time(8), "closed_at": time(9)}
    without_secretary = tuple(replace(each, role=CouncilRole.MEMBER) for each in make.a_council(9)[1:])
    members = (make.a_council(9)[0], *without_secretary)
    council.record_meeting(
        session, dossier.id, MeetingData(**known, members=members), {nominee.id: 9}, by=clerk, now=make.NOW
    )
    session.expire_all()
    assert lacking() == ["secretary"]


def test_the_deputy_presides_where_the_chair_is_away(
    session: Session, desk: Desk, filled: tuple[Dossier, Actor, Nominee, Nominee]
) -> None:
    dossier, clerk, division, person = filled
    chair, *others = make.a_council(9)
    meeting = MeetingData(
        date(2026, 1, 5),
        9,
        8,
        place="Phòng họp",
        conclusion="Thống nhất.",
        opened_at=time(8),
        closed_at=time(9),
        members=(replace(chair, presence=Presence.ABSENT), *others),
    )
    council.record_meeting(session, dossier.id, meeting, {division.id: 8, person.id: 8}, by=clerk, now=make.NOW)
    session.expire_all()
    words = drafted(session, desk, Slot(dossier.id, "bien-ban"), clerk)
    assert "Chủ trì: Ông Nguyễn Văn Hội Đồng 2, Trưởng phòng - Phó Chủ tịch Hội đồng" in words


def test_the_letter_cites_the_minutes_by_their_number(
    session: Session, desk: Desk, filled: tuple[Dossier, Actor, Nominee, Nominee]
) -> None:
    dossier, clerk, *_ = filled
    assert "(có Biên bản kèm theo)" in drafted(session, desk, Slot(dossier.id, "to-trinh"), clerk)
    document = make.a_paper(session, dossier, "bien-ban").document
    document.number, document.symbol, document.issued_year = 3, "BB-HĐTĐKT", 2026
    session.flush()
    assert "(Biên bản số 03/BB-HĐTĐKT)" in drafted(session, desk, Slot(dossier.id, "to-trinh"), clerk)


@pytest.mark.rule("P16")
@pytest.mark.rule("P23")
def test_a_units_own_campaign_drafts_its_list_and_names_the_score_its_own_way(session: Session, desk: Desk) -> None:
    province = make.a_province(session)
    for kind, name in ((PositionKind.HEAD, "Trần Minh Trưởng"), (PositionKind.SPECIALIST, "Phạm Thị Lập")):
        make.an_appointment(session, make.a_person(session, name), province.department, kind)
    own = make.a_campaign(session, make.OWN_CAMPAIGN)
    dossier = make.a_dossier(session, unit=province.department, revision=own, scheme="giay-khen-giam-doc-so")
    clerk = make.clerk_of(session, dossier)
    division = make.a_nominee(session, dossier, "Phòng Giáo dục Trung học", kind=COLLECTIVE, by=clerk)
    make.a_nominee(session, dossier, "Lê Văn Hùng", by=clerk, achievement="Xây dựng học bạ số")
    words = drafted(session, desk, Slot(dossier.id, "danh-sach"), clerk)
    for expected in (
        "DANH SÁCH",
        "Đề nghị tặng Giấy khen của Giám đốc Sở Giáo dục và Đào tạo",
        "Kèm theo Văn bản đề nghị khen thưởng của Sở Giáo dục và Đào tạo",
        "I. TẬP THỂ (01 tập thể)",
        "Lê Văn Hùng",
        "Xây dựng học bạ số",
        "NGƯỜI LẬP DANH SÁCH",
        "Phạm Thị Lập",
    ):
        assert expected in " ".join(words.split())
    report = drafted(session, desk, Slot(dossier.id, "bao-cao-tom-tat", division.id), clerk)
    assert "Kết quả chấm điểm mức độ chuyển đổi số" in report
    letter = drafted(session, desk, Slot(dossier.id, "van-ban-de-nghi"), clerk)
    assert "họp xét" not in letter


@pytest.mark.rule("P03")
def test_the_report_follows_the_contents_of_the_campaign_with_scores_and_statements(
    session: Session, desk: Desk, filled: tuple[Dossier, Actor, Nominee, Nominee]
) -> None:
    dossier, clerk, division, _person = filled
    entry = ScoreEntry(2024, Decimal("93.45"), "Quyết định số 318/QĐ-UBND")
    nominees.set_scores(session, division.id, [entry], by=clerk, now=make.NOW)
    statement = Statement("tap-the-ke-hoach", "yes", "Hoàn thành 100% kế hoạch")
    nominees.attest(session, division.id, [statement], by=clerk, now=make.NOW)
    words = drafted(session, desk, Slot(dossier.id, "bao-cao-thanh-tich", division.id), clerk)
    titles = ("1. Tuyên truyền", "2. Chương trình", "3. Chính quyền số", "4. Đào tạo", "5. Bộ Chỉ số", "6. Tổ chức")
    places = [words.index(title) for title in titles]
    assert places == sorted(places)
    for expected in (
        "Tổ chức 12 hội nghị.",
        "Dẫn đầu Bộ chỉ số.",
        "93,45%",
        "Năm 2024: 93,45%",
        "318/QĐ-UBND",
        "Hoàn thành 100% kế hoạch",
    ):
        assert expected in words


def test_the_report_of_a_person_says_who_they_are(
    session: Session, desk: Desk, filled: tuple[Dossier, Actor, Nominee, Nominee]
) -> None:
    dossier, clerk, _division, person = filled
    words = drafted(session, desk, Slot(dossier.id, "bao-cao-thanh-tich", person.id), clerk)
    for expected in ("09/02/1988", "Nam", "Chuyên viên, Văn phòng Sở", "NGƯỜI BÁO CÁO THÀNH TÍCH"):
        assert expected in words


@pytest.mark.rule("P25")
def test_a_deputy_who_stands_in_is_printed_with_the_power_line(session: Session, desk: Desk) -> None:
    unit = make.a_unit(session, name="Sở Y tế")
    deputy = make.a_person(session, "Huỳnh Thị Phó")
    make.an_appointment(session, deputy, unit, PositionKind.HEAD, title="Phó Giám đốc", capacity=Capacity.Q)
    dossier = make.a_dossier(session, unit=unit)
    words = drafted(session, desk, Slot(dossier.id, "to-trinh"), make.clerk_of(session, dossier))
    assert "Q. PHÓ GIÁM ĐỐC" in words
    assert "Huỳnh Thị Phó" in words


def test_a_draft_announces_that_a_pdf_is_wanted(session: Session, desk: Desk) -> None:
    dossier = make.a_dossier(session)
    outbox.announced(session)
    parts.draft(session, desk, Slot(dossier.id, "to-trinh"), by=make.clerk_of(session, dossier), now=make.NOW)
    assert "version.received" in [each.name for each in outbox.announced(session)]


def test_nobody_can_draft_evidence(session: Session, desk: Desk) -> None:
    province = make.a_province(session)
    own = make.a_campaign(session, make.OWN_CAMPAIGN)
    dossier = make.a_dossier(session, unit=province.department, revision=own, scheme="giay-khen-giam-doc-so")
    clerk = make.clerk_of(session, dossier)
    nominee = make.a_nominee(session, dossier, by=clerk)
    with pytest.raises(Invalid, match="draft_not_possible"):
        parts.draft(session, desk, Slot(dossier.id, "minh-chung", nominee.id), by=clerk, now=make.NOW)
