"""Papers as a department of Vĩnh Long and a commune would write them. All people and numbers are made up."""

from datetime import UTC, date, datetime
from decimal import Decimal

from dms.papers import data

DEPARTMENT = "Sở Khoa học và Công nghệ tỉnh Vĩnh Long"
CHAIR = "Chủ tịch Ủy ban nhân dân tỉnh Vĩnh Long"
COMMENDATION = "Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh Vĩnh Long"
CAMPAIGN = (
    "Phong trào thi đua về chuyển đổi số trong hoạt động của các cơ quan, đơn vị, tổ chức, doanh nghiệp "
    "giai đoạn 2023 - 2025"
)
BASES = (
    "Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022",
    (
        "Căn cứ Nghị định số 152/2025/NĐ-CP ngày 14 tháng 6 năm 2025 của Chính phủ quy định về phân cấp, phân quyền "
        "trong lĩnh vực thi đua, khen thưởng; quy định chi tiết và hướng dẫn thi hành một số điều của Luật Thi đua, "
        "khen thưởng;"
    ),
    (
        "Căn cứ Kế hoạch phát động phong trào thi đua về chuyển đổi số trong hoạt động của các cơ quan, đơn vị, "
        "tổ chức, doanh nghiệp giai đoạn 2023 - 2025 của Ủy ban nhân dân tỉnh Vĩnh Long."
    ),
)
DIRECTOR = data.Signer(name="Nguyễn Hữu Thạnh", position="Giám đốc")
DEPUTY = data.Signer(name="Lê Thị Ngọc Quyên", position="Phó Giám đốc", capacity="KT", principal="Giám đốc")
COMMUNE_DEPUTY = data.Signer(
    name="Phạm Văn Đời",
    position="Phó Chủ tịch",
    capacity="KT",
    principal="Chủ tịch",
    collective="Ủy ban nhân dân",
)
COLLECTIVES = (
    data.Nominee(name="Phòng Chuyển đổi số", detail=DEPARTMENT, achievement="Tham mưu hoàn thành 100% nhiệm vụ"),
    data.Nominee(name="Trung tâm Công nghệ thông tin và Truyền thông", detail=DEPARTMENT),
)
INDIVIDUALS = (
    data.Nominee(name="Trần Thị Mỹ Hạnh", honorific="Bà", detail=f"Trưởng phòng Chuyển đổi số, {DEPARTMENT}"),
    data.Nominee(name="Nguyễn Đức Nghĩa", honorific="Ông", detail=f"Chuyên viên Phòng Chuyển đổi số, {DEPARTMENT}"),
    data.Nominee(name="Huỳnh Thị Bảo Yến", honorific="Bà", detail=f"Phó Chánh Văn phòng, {DEPARTMENT}"),
)
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ")
MIDDLE = ("Thị Mỹ", "Văn", "Hoàng", "Thị Ngọc", "Quốc")
GIVEN = ("Hạnh", "Nghĩa", "Yến", "Thạnh", "Quyên", "Đời", "Thủy", "Vĩnh", "Phượng", "Lộc")


def many_people(count: int) -> tuple[data.Nominee, ...]:
    """People with distinct names, each from a commune."""
    return tuple(
        data.Nominee(
            name=f"{FAMILY[n % 10]} {MIDDLE[n // 10 % 5]} {GIVEN[(n * 3 + n // 10) % 10]}",
            honorific="Ông" if n % 2 else "Bà",
            detail=f"Công chức Văn hóa - Xã hội, Ủy ban nhân dân xã {GIVEN[n % 10]} Phú",
            achievement="Tham mưu hoàn thành 100% nhiệm vụ chuyển đổi số, vượt tiến độ",
        )
        for n in range(count)
    )


def head(symbol: str = "TTr-SKHCN", **changes: object) -> data.Letterhead:
    """The head of a paper of the department, not yet numbered or dated."""
    given = {"parent": "UBND tỉnh Vĩnh Long", "issuer": "Sở Khoa học và Công nghệ", "place": "Vĩnh Long"}
    return data.Letterhead(**{**given, "symbol": symbol, **changes})


def submission_letter(**changes: object) -> data.SubmissionLetter:
    """The department's letter with two collectives and three people."""
    given = {
        "head": head(),
        "unit": DEPARTMENT,
        "authority": CHAIR,
        "award": COMMENDATION,
        "campaign": CAMPAIGN,
        "addressees": (CHAIR, "Sở Nội vụ tỉnh Vĩnh Long"),
        "legal_bases": BASES,
        "nominees": data.Nominees(collectives=COLLECTIVES, individuals=INDIVIDUALS),
        "council": "Hội đồng Thi đua - Khen thưởng Sở Khoa học và Công nghệ",
        "council_met_on": date(2026, 1, 5),
        "minutes_symbol": "02/BB-HĐTĐKT",
        "attachments": (
            "Biên bản họp xét khen thưởng của Hội đồng Thi đua - Khen thưởng Sở Khoa học và Công nghệ",
            "02 báo cáo thành tích của tập thể và 03 báo cáo thành tích của cá nhân",
        ),
        "signer": DEPUTY,
        "recipients": data.Recipients(names=("Ban Giám đốc Sở", "Các đơn vị thuộc Sở"), filed="VT, VP, CĐS"),
    }
    return data.SubmissionLetter(**{**given, **changes})


def commune_letter() -> data.SubmissionLetter:
    """A commune's letter for one person, signed by a deputy for the chair on behalf of the committee."""
    commune = "Ủy ban nhân dân xã Cái Nhum"
    return submission_letter(
        head=data.Letterhead(issuer=commune, symbol="TTr-UBND", place="Cái Nhum"),
        unit=commune,
        addressees=("Sở Khoa học và Công nghệ tỉnh Vĩnh Long",),
        nominees=data.Nominees(individuals=many_people(1)),
        council="Hội đồng Thi đua - Khen thưởng xã Cái Nhum",
        council_met_on=None,
        minutes_symbol="",
        attachments=("Biên bản họp xét khen thưởng", "01 báo cáo thành tích của cá nhân"),
        signer=COMMUNE_DEPUTY,
        recipients=data.Recipients(names=("TT. Đảng ủy, TT. HĐND xã",), filed="VT, VHXH"),
    )


MEMBERS = tuple(
    data.CouncilMember(name=name, position=position, role=role, honorific="Bà" if "Thị" in name else "Ông")
    for name, position, role in (
        ("Nguyễn Hữu Thạnh", "Giám đốc Sở", "Chủ tịch Hội đồng"),
        ("Lê Thị Ngọc Quyên", "Phó Giám đốc Sở", "Phó Chủ tịch Hội đồng"),
        ("Đặng Quốc Bảo", "Chủ tịch Công đoàn cơ sở", "Phó Chủ tịch Hội đồng"),
        ("Huỳnh Thị Bảo Yến", "Phó Chánh Văn phòng", "Thư ký Hội đồng"),
        ("Trần Minh Khôi", "Trưởng phòng Kế hoạch - Tài chính", "Ủy viên"),
        ("Võ Thị Kim Phượng", "Trưởng phòng Quản lý khoa học", "Ủy viên"),
        ("Bùi Đăng Khoa", "Chánh Thanh tra Sở", "Ủy viên"),
    )
)
ABSENT = (
    data.CouncilMember(
        name="Hồ Văn Lộc", position="Phó Giám đốc Sở", role="Ủy viên", opinion="đồng ý với danh sách đề nghị"
    ),
    data.CouncilMember(name="Đỗ Thị Thủy", position="Bí thư Đoàn Thanh niên", role="Ủy viên"),
)


def minutes(**changes: object) -> data.Minutes:
    """The council's minutes: seven present, two absent, one of them with a written opinion."""
    given = {
        "head": head("BB-HĐTĐKT", parent="Sở Khoa học và Công nghệ", issuer="Hội đồng Thi đua - Khen thưởng"),
        "subject": f"Họp xét, đề nghị tặng {COMMENDATION}",
        "council": "Hội đồng Thi đua - Khen thưởng Sở Khoa học và Công nghệ",
        "venue": "Phòng họp số 1, Sở Khoa học và Công nghệ tỉnh Vĩnh Long",
        "opened_at": datetime(2026, 1, 5, 1, 0, tzinfo=UTC),
        "closed_at": datetime(2026, 1, 5, 3, 30, tzinfo=UTC),
        "chair": MEMBERS[0],
        "secretary": MEMBERS[3],
        "present": MEMBERS,
        "absent": ABSENT,
        "course": (
            "1. Ông Nguyễn Hữu Thạnh, Chủ tịch Hội đồng, nêu lý do và nội dung cuộc họp.",
            "2. Thư ký Hội đồng trình bày tóm tắt thành tích của các tập thể, cá nhân được đề nghị.",
            "3. Các thành viên thảo luận, đối chiếu với tiêu chuẩn khen thưởng của Kế hoạch và bỏ phiếu kín.",
        ),
        "collective_ballots": tuple(
            data.Ballot(nominee=nominee, in_favour=votes) for nominee, votes in zip(COLLECTIVES, (9, 8), strict=True)
        ),
        "individual_ballots": tuple(
            data.Ballot(nominee=nominee, in_favour=votes)
            for nominee, votes in zip(INDIVIDUALS, (9, 8, None), strict=True)
        ),
        "conclusion": (
            (
                "Hội đồng thống nhất đề nghị tặng Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh Vĩnh Long cho 02 tập thể "
                "và 02 cá nhân có tên tại Mục III."
            ),
        ),
        "recipients": data.Recipients(names=("Các thành viên Hội đồng",), filed="VT, Hồ sơ"),
    }
    return data.Minutes(**{**given, **changes})


SECTIONS = (
    data.Section(
        title="Công tác tuyên truyền, phổ biến, quán triệt chủ trương của Đảng, chính sách pháp luật của Nhà nước",
        text="Tổ chức 12 hội nghị, tập huấn với 1.450 lượt người tham dự.\nBiên tập 36 bản tin chuyển đổi số.",
    ),
    data.Section(
        title="Xây dựng chương trình, kế hoạch tổ chức thực hiện chuyển đổi số",
        text="Tham mưu ban hành 03 kế hoạch chuyển đổi số hàng năm; hoàn thành 100% nhiệm vụ, đúng tiến độ.",
    ),
    data.Section(title="Xây dựng, phát triển chính quyền số, kinh tế số, xã hội số và bảo đảm an toàn thông tin mạng"),
    data.Section(title="Công tác đào tạo, bồi dưỡng kỹ năng chuyển đổi số", text="Mở 08 lớp cho 620 lượt học viên."),
)
SCORES = (
    data.IndexScore(
        year=2023,
        score=Decimal("912.5"),
        maximum=Decimal(1000),
        approved_by="Quyết định số 318/QĐ-UBND ngày 20/02/2024 của UBND tỉnh",
    ),
    data.IndexScore(year=2024, score=Decimal("93.45"), maximum=Decimal(100)),
    data.IndexScore(year=2025),
)
STATEMENTS = (
    data.CriterionStatement(
        criterion="Hoàn thành 100% nhiệm vụ, đảm bảo chất lượng, hiệu quả và tiến độ theo kế hoạch hàng năm",
        statement="Hoàn thành 100% nhiệm vụ các năm 2023, 2024, 2025",
    ),
    data.CriterionStatement(criterion="Kết quả chấm điểm chỉ số đạt từ 90% từ 02 năm trở lên"),
)
PAST = (
    data.PastAward(
        year=2023, award="Tập thể Lao động xuất sắc", decision="Quyết định số 214/QĐ-UBND ngày 30/01/2024 của UBND tỉnh"
    ),
)


def collective_report(**changes: object) -> data.AchievementReport:
    """The report of a division of the department."""
    given = {
        "head": data.Letterhead(
            parent="Sở Khoa học và Công nghệ", issuer="Phòng Chuyển đổi số", symbol="BC-CĐS", place="Vĩnh Long"
        ),
        "award": COMMENDATION,
        "campaign": CAMPAIGN,
        "profile": data.CollectiveProfile(
            name="Phòng Chuyển đổi số, Sở Khoa học và Công nghệ tỉnh Vĩnh Long",
            address="Số 12, đường Hoàng Thái Hiếu, phường Long Châu, tỉnh Vĩnh Long",
            organisation="09 công chức (05 nữ); 01 Trưởng phòng, 02 Phó Trưởng phòng",
            duties="Tham mưu quản lý nhà nước về chuyển đổi số, chính quyền số, kinh tế số, xã hội số",
        ),
        "sections": SECTIONS,
        "score": "chỉ số chuyển đổi số",
        "scores": SCORES,
        "statements": STATEMENTS,
        "past_awards": PAST,
        "signer": data.Signer(name="Trần Thị Mỹ Hạnh", position="Trưởng phòng"),
        "confirmer": DEPUTY,
    }
    return data.AchievementReport(**{**given, **changes})


def individual_report(**changes: object) -> data.AchievementReport:
    """The report of a specialist; the confirming level is not known yet and nothing was received before."""
    given = {
        "head": data.Letterhead(parent="Sở Khoa học và Công nghệ", issuer="Phòng Chuyển đổi số", place="Vĩnh Long"),
        "profile": data.IndividualProfile(
            name="Nguyễn Đức Nghĩa",
            born_on=date(1988, 2, 9),
            gender="Nam",
            home_town="Xã Cái Nhum, tỉnh Vĩnh Long",
            position="Chuyên viên Phòng Chuyển đổi số",
            unit=DEPARTMENT,
            qualification="Thạc sĩ Công nghệ thông tin",
        ),
        "past_awards": (),
        "signer": data.Signer(name="Nguyễn Đức Nghĩa", position="Chuyên viên"),
        "confirmer": None,
    }
    return collective_report(**{**given, **changes})


def ranked_list() -> data.RankedList:
    """Three collectives and fifteen people in order."""
    units = ("Sở Khoa học và Công nghệ", "Sở Tài chính", "UBND phường Long Châu")
    return data.RankedList(
        collectives=tuple(
            data.RankedNominee(
                rank=n,
                nominee=data.Nominee(name=f"Tập thể {unit}"),
                unit=unit,
                scores="2023: 91,25; 2024: 93,45",
                note="Đạt 02 năm",
            )
            for n, unit in enumerate(units, start=1)
        ),
        individuals=tuple(
            data.RankedNominee(rank=n, nominee=person, unit="UBND phường Long Châu", scores="2024: 95,10; 2025: 96,00")
            for n, person in enumerate(many_people(15), start=1)
        ),
        collective_quota=10,
        individual_quota=15,
    )


def consolidation(**changes: object) -> data.Consolidation:
    """The coordinator's letter to the Chair through the appraiser."""
    given = {
        "head": head(),
        "coordinator": DEPARTMENT,
        "appraiser": "Sở Nội vụ",
        "authority": CHAIR,
        "award": COMMENDATION,
        "campaign": CAMPAIGN,
        "addressees": (CHAIR, "Sở Nội vụ tỉnh Vĩnh Long"),
        "legal_bases": BASES,
        "units_received": 48,
        "score": "chỉ số chuyển đổi số",
        "measured_by": "Bộ chỉ số chuyển đổi số",
        "ranked": ranked_list(),
        "attachments": ("Hồ sơ đề nghị khen thưởng của 48 cơ quan, đơn vị, địa phương",),
        "signer": DIRECTOR,
        "recipients": data.Recipients(names=("Ban Giám đốc Sở",), filed="VT, CĐS"),
    }
    return data.Consolidation(**{**given, **changes})


def appraisal_letter(**changes: object) -> data.AppraisalLetter:
    """The appraiser's letter to the Chair, signed by the director of Sở Nội vụ."""
    given = {
        "head": head("TTr-SNV", issuer="Sở Nội vụ"),
        "appraiser": "Sở Nội vụ",
        "authority": CHAIR,
        "award": COMMENDATION,
        "campaign": CAMPAIGN,
        "legal_bases": BASES,
        "proposals": ("Tờ trình số 12/TTr-SKHCN ngày 15 tháng 01 năm 2026 của Sở Khoa học và Công nghệ",),
        "units": 9,
        "score": "chỉ số chuyển đổi số",
        "ranked": ranked_list(),
        "attachments": ("Dự thảo Quyết định khen thưởng", "Hồ sơ của 09 cơ quan, đơn vị, địa phương"),
        "signer": data.Signer(name="Ngô Thị Kim Loan", position="Giám đốc"),
        "recipients": data.Recipients(filed="VT, TĐKT"),
    }
    return data.AppraisalLetter(**{**given, **changes})


def nominee_list(**changes: object) -> data.NomineeList:
    """A department's list of two collectives and three people, which goes with its letter."""
    given = {
        "head": head(""),
        "award": "Giấy khen của Giám đốc Sở Khoa học và Công nghệ",
        "campaign": "Phong trào thi đua về chuyển đổi số của Sở Khoa học và Công nghệ năm 2025",
        "nominees": data.Nominees(collectives=COLLECTIVES, individuals=INDIVIDUALS),
        "attached_to": "Văn bản đề nghị khen thưởng của Sở Khoa học và Công nghệ",
        "maker": data.Signer(name="Huỳnh Thị Bảo Yến", position="Phó Chánh Văn phòng"),
    }
    return data.NomineeList(**{**given, **changes})


def decision(people: int = 15, **changes: object) -> data.AwardDecision:
    """The Chair's decision, signed by a deputy."""
    given = {
        "head": data.Letterhead(issuer="Ủy ban nhân dân tỉnh Vĩnh Long", symbol="QĐ-UBND", place="Vĩnh Long"),
        "authority": CHAIR,
        "award": COMMENDATION,
        "campaign": CAMPAIGN,
        "legal_bases": ("Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025", *BASES),
        "proposal": "Giám đốc Sở Nội vụ tại Tờ trình số 85/TTr-SNV ngày 22 tháng 01 năm 2026",
        "nominees": data.Nominees(collectives=COLLECTIVES, individuals=many_people(people)),
        "executors": (
            "Chánh Văn phòng Ủy ban nhân dân tỉnh",
            "Giám đốc Sở Nội vụ",
            "Giám đốc Sở Khoa học và Công nghệ",
            "Thủ trưởng các cơ quan, đơn vị có liên quan",
        ),
        "signer": data.Signer(
            name="Nguyễn Thị Quyên Thanh", position="Phó Chủ tịch", capacity="KT", principal="Chủ tịch"
        ),
        "recipients": data.Recipients(
            names=("CT, các PCT UBND tỉnh", "Sở Nội vụ", "Sở Khoa học và Công nghệ"), filed="VT, 3.13.05"
        ),
    }
    return data.AwardDecision(**{**given, **changes})


def certificate(**changes: object) -> data.Certificate:
    """A Bằng khen for one person, made for a demonstration."""
    given = {
        "authority": CHAIR,
        "award": "Bằng khen",
        "honorific": "Ông",
        "recipient": "Nguyễn Đức Nghĩa",
        "detail": f"Chuyên viên Phòng Chuyển đổi số, {DEPARTMENT}",
        "achievement": f"Đã có thành tích xuất sắc trong {CAMPAIGN[0].lower()}{CAMPAIGN[1:]}",
        "decision": "125/QĐ-UBND",
        "decided_on": date(2026, 1, 28),
        "golden_book": 7,
        "place": "Vĩnh Long",
        "signer": data.Signer(name="Lữ Quang Ngời", position="Chủ tịch"),
        "verify_url": "https://khenthuong.vinhlong.gov.vn/v/7K3F-Q9XZ-2M",
        "demo": True,
    }
    return data.Certificate(**{**given, **changes})


def register(count: int = 50, **changes: object) -> data.Register:
    """A register of ``count`` awards."""
    entries = tuple(
        data.RegisterEntry(
            recipient=f"{person.honorific} {person.name}",
            detail=person.detail,
            award="Bằng khen của Chủ tịch UBND tỉnh",
            achievement=CAMPAIGN,
            decision="125/QĐ-UBND",
            decided_on=date(2026, 1, 28),
            golden_book=n,
        )
        for n, person in enumerate(many_people(count), start=1)
    )
    given = {
        "parent": "Ủy ban nhân dân tỉnh Vĩnh Long",
        "issuer": "Sở Nội vụ",
        "title": "Sổ theo dõi khen thưởng năm 2026",
        "entries": entries,
        "made_on": date(2026, 2, 2),
    }
    return data.Register(**{**given, **changes})


def consolidated_list(**changes: object) -> data.ConsolidatedList:
    """The coordinator's ranked list as a table."""
    given = {
        "parent": "UBND tỉnh Vĩnh Long",
        "issuer": "Sở Khoa học và Công nghệ",
        "title": f"Danh sách tập thể, cá nhân đề nghị tặng {COMMENDATION}",
        "campaign": CAMPAIGN,
        "score": "chỉ số chuyển đổi số",
        "ranked": ranked_list(),
        "made_on": date(2026, 1, 15),
    }
    return data.ConsolidatedList(**{**given, **changes})
