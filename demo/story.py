"""What already happened in the demo province when a newcomer opens it.

* Sở Giáo dục và Đào tạo has a dossier for the Chair's Bằng khen in which one piece is missing: the report of its
  second nominee. The README's five minutes begin there.
* Sở Y tế has handed its dossier over; the coordinator can rank it.
* Xã Long Hồ, which carries on for the abolished district, has only begun.
* A yearly Giấy khen of the department's own head has gone all the way to the archive.
"""

from datetime import date, time
from pathlib import Path
from uuid import UUID

from flask import current_app

from blueprints import jobs
from blueprints.web import Tools, transaction
from demo.cast import Cast
from dms import clock
from dms.awards import service as awards
from dms.campaigns.vocabulary import NomineeKind
from dms.dossiers.council import MeetingData, MemberData
from dms.dossiers.models import CouncilRole
from dms.dossiers.nominees import NomineeData
from dms.dossiers.parts import Slot

ROOT = Path(__file__).parents[1]
PROVINCE_PLAN = ROOT / "campaigns" / "vinh-long-chuyen-doi-so-2023-2025.yaml"
OWN_PLAN_2025 = ROOT / "campaigns" / "giay-khen-hang-nam.yaml"
NATIONAL_TITLES = ROOT / "campaigns" / "danh-hieu-thi-dua-nam-2026.yaml"
OWN_PLAN_2026 = ROOT / "demo" / "campaigns" / "giay-khen-so-gddt-2026.yaml"
COMMENDATION = "bang-khen-tong-ket"
LETTER, MINUTES, REPORT = "to-trinh", "bien-ban", "bao-cao-thanh-tich"

_SECTIONS = {
    "a": "Tổ chức 06 đợt tuyên truyền về chuyển đổi số đến toàn thể công chức, viên chức và người lao động.",
    "b": "Ban hành và hoàn thành 100% nhiệm vụ của kế hoạch chuyển đổi số hằng năm, đúng tiến độ.",
    "c": "100% văn bản đi, đến được xử lý và ký số trên môi trường mạng; bảo đảm an toàn thông tin.",
    "d": "Bồi dưỡng kỹ năng số cho 100% công chức, viên chức.",
    "đ": "Điểm chỉ số chuyển đổi số các năm 2023, 2024, 2025 đều đạt trên 90%.",
    "e": "Phát động và duy trì phong trào thi đua về chuyển đổi số trong toàn đơn vị.",
}

_ROLES = (CouncilRole.CHAIR, CouncilRole.DEPUTY_CHAIR, CouncilRole.SECRETARY, *[CouncilRole.MEMBER] * 6)


def _council(*members: tuple[str, str, str]) -> tuple[MemberData, ...]:
    """Nine people: form of address, name, position; the first chairs, the second stands in, the third writes."""
    return tuple(
        MemberData(name=name, role=role, honorific=honorific, position_title=position)
        for role, (honorific, name, position) in zip(_ROLES, members, strict=True)
    )


EDUCATION = _council(
    ("Bà", "Nguyễn Thị Thuỳ Dương", "Giám đốc Sở"),
    ("Ông", "Phạm Văn Đức", "Phó Giám đốc Sở"),
    ("Ông", "Trần Quốc Bảo", "Chánh Văn phòng Sở"),
    ("Bà", "Lâm Thị Kim Cương", "Chủ tịch Công đoàn ngành Giáo dục"),
    ("Ông", "Huỳnh Tấn Lực", "Trưởng phòng Tổ chức cán bộ"),
    ("Bà", "Đinh Thị Mộng Tuyền", "Trưởng phòng Giáo dục Trung học"),
    ("Ông", "Thạch Minh Đường", "Trưởng phòng Giáo dục Tiểu học"),
    ("Bà", "Trương Ngọc Lan", "Trưởng phòng Kế hoạch - Tài chính"),
    ("Ông", "Võ Hoài Phong", "Bí thư Đoàn Thanh niên cơ quan Sở"),
)
HEALTH = _council(
    ("Ông", "Hồ Văn Khánh", "Giám đốc Sở"),
    ("Bà", "Tạ Thị Diễm Hằng", "Phó Giám đốc Sở"),
    ("Bà", "Dương Thị Lệ", "Chánh Văn phòng Sở"),
    ("Ông", "Lê Trung Hậu", "Chủ tịch Công đoàn ngành Y tế"),
    ("Bà", "Phan Thị Ái Nhân", "Trưởng phòng Tổ chức cán bộ"),
    ("Ông", "Nguyễn Hữu Tài", "Trưởng phòng Nghiệp vụ Y"),
    ("Bà", "Kim Thị Sa Rây", "Trưởng phòng Nghiệp vụ Dược"),
    ("Ông", "Trần Thanh Bình", "Trưởng phòng Kế hoạch - Tài chính"),
    ("Bà", "Ngô Bảo Trân", "Bí thư Đoàn Thanh niên cơ quan Sở"),
)


def tell(tools: Tools) -> None:
    cast = Cast(tools)
    plan = cast.accept(PROVINCE_PLAN)
    cast.accept(OWN_PLAN_2025)
    cast.accept(NATIONAL_TITLES)
    _education_lacks_one_report(cast, plan)
    _health_has_handed_over(cast, plan)
    _long_ho_has_begun(cast, plan)
    _own_award_is_archived(cast, cast.accept(OWN_PLAN_2026))


def _education_lacks_one_report(cast: Cast, plan: UUID) -> None:
    clerk = "chuyenvien"
    dossier = cast.open(clerk, plan, COMMENDATION, "so-gddt")
    office = cast.nominate(
        clerk, dossier, _collective("Văn phòng Sở Giáo dục và Đào tạo"), _scores("91.5", "93.2", "95")
    )
    person = cast.nominate(
        clerk,
        dossier,
        _individual("Trịnh Minh Khôi", "Chuyên viên Phòng Công nghệ thông tin", "Sở Giáo dục và Đào tạo"),
        _scores("90.4", "92", "94.1"),
    )
    cast.meet(clerk, dossier, _meeting(EDUCATION), {office: 9, person: 9})
    for slot in (Slot(dossier, MINUTES), Slot(dossier, REPORT, office), Slot(dossier, LETTER)):
        cast.draft(clerk, slot)
    cast.send_for_signature(clerk, dossier)
    cast.sign_all("chanhvanphong", "giamdoc", "vanthu")


def _health_has_handed_over(cast: Cast, plan: UUID) -> None:
    clerk = "chuyenvien.yte"
    dossier = cast.open(clerk, plan, COMMENDATION, "so-y-te")
    ward = cast.nominate(
        clerk, dossier, _collective("Phòng Kế hoạch - Tài chính Sở Y tế"), _scores("92", "94.5", "96.3")
    )
    cast.meet(clerk, dossier, _meeting(HEALTH), {ward: 8})
    for slot in (Slot(dossier, MINUTES), Slot(dossier, REPORT, ward), Slot(dossier, LETTER)):
        cast.draft(clerk, slot)
    cast.send_for_signature(clerk, dossier)
    cast.sign_all("chanhvanphong.yte", "giamdoc.yte", "vanthu.yte")
    cast.submit(clerk, dossier)


def _long_ho_has_begun(cast: Cast, plan: UUID) -> None:
    clerk = "congchuc.longho"
    dossier = cast.open(clerk, plan, COMMENDATION, "ubnd-xa-long-ho")
    cast.nominate(
        clerk,
        dossier,
        _individual("Nguyễn Thị Cẩm Tú", "Công chức Văn hóa - Xã hội", "Ủy ban nhân dân xã Long Hồ"),
        {2025: "91.8"},
    )


def _own_award_is_archived(cast: Cast, plan: UUID) -> None:
    """The whole way of a unit's own Giấy khen: nominated, signed, decided by its head, certified, sealed."""
    clerk, scheme = "chuyenvien", "giay-khen-giam-doc-so"
    dossier = cast.open(clerk, plan, scheme, "so-gddt")
    team = cast.nominate(clerk, dossier, _collective("Phòng Giáo dục Trung học"), {2026: "93.5"})
    person = cast.nominate(
        clerk,
        dossier,
        _individual("Đoàn Thị Ngọc Diệp", "Chuyên viên Phòng Giáo dục Trung học", "Sở Giáo dục và Đào tạo"),
        {2026: "92.7"},
    )
    cast.draft(clerk, Slot(dossier, "van-ban-de-nghi"))
    cast.draft(clerk, Slot(dossier, "danh-sach"))
    for nominee in (team, person):
        cast.draft(clerk, Slot(dossier, "bao-cao-tom-tat", nominee))
    cast.send_for_signature(clerk, dossier)
    cast.sign_all("chanhvanphong", "giamdoc", "vanthu")
    cast.submit(clerk, dossier)
    _decide(cast, plan, scheme, (team, person))


def _decide(cast: Cast, plan: UUID, scheme: str, chosen: tuple[UUID, ...]) -> None:
    clerk, app = "chuyenvien", current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    with transaction() as session:
        by = cast.actor(session, clerk)
        decision = awards.prepare_decision(
            session,
            cast.tools.desk,
            revision_id=plan,
            scheme_code=scheme,
            nominee_ids=chosen,
            by=by,
            now=clock.now(),
        ).id
    jobs.run_waiting(app)
    with transaction() as session:
        by = cast.actor(session, clerk)
        awards.send_for_signature(session, cast.tools.signing, decision, by=by, now=clock.now())
    cast.sign_all("chanhvanphong", "giamdoc", "vanthu")
    while jobs.run_waiting(app):
        pass


def _collective(name: str) -> NomineeData:
    return NomineeData(
        kind=NomineeKind.COLLECTIVE,
        name=name,
        achievement="Có thành tích xuất sắc trong phong trào thi đua về chuyển đổi số",
        sections=_SECTIONS,
    )


def _individual(name: str, position: str, workplace: str) -> NomineeData:
    return NomineeData(
        kind=NomineeKind.INDIVIDUAL,
        name=name,
        position_title=position,
        workplace=workplace,
        achievement="Có thành tích xuất sắc trong phong trào thi đua về chuyển đổi số",
        sections=_SECTIONS,
    )


def _scores(*three: str) -> dict[int, str]:
    return dict(zip((2023, 2024, 2025), three, strict=True))


def _meeting(council: tuple[MemberData, ...]) -> MeetingData:
    return MeetingData(
        held_on=date(2026, 1, 6),
        members_total=len(council),
        members_present=len(council),
        place="Phòng họp số 1",
        conclusion="Hội đồng thống nhất đề nghị khen thưởng các tập thể, cá nhân có tên trong biên bản.",
        opened_at=time(8, 0),
        closed_at=time(9, 45),
        members=council,
    )
