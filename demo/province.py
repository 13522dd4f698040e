"""A small province that does not exist: its units, people, positions, roles. Tables, no logic.

Names of bodies are real kinds of bodies of Vĩnh Long; every person is made up, and every certificate says DEMO.
"""

from dataclasses import dataclass
from datetime import date

from dms.people.models import SuccessionKind, UnitKind
from dms.policy import PositionKind, Role

MERGER = date(2025, 7, 1)
TRANSFER = date(2025, 3, 1)
LONG_AGO = date(2021, 1, 1)
PASSWORD = "Demo-KhenThuong-2026"
DOMAIN = "demo.vinhlong.example"


@dataclass(frozen=True)
class UnitRow:
    code: str
    kind: UnitKind
    name: str
    symbol: str
    place: str
    superior: str = ""
    block: str = ""
    founded_on: date | None = None
    abolished_on: date | None = None


@dataclass(frozen=True)
class PersonRow:
    """A person: their account's local part, unit, seats with titles, roles (with the unit, where not their own)."""

    account: str
    name: str
    unit: str
    what: str
    seats: tuple[tuple[PositionKind, str], ...] = ()
    roles: tuple[tuple[Role, str], ...] = ()
    signs: bool = True


_PROVINCE = "UBND TỈNH VĨNH LONG"
_PLACE = "Vĩnh Long"
_DEPARTMENTS = "Khối thi đua các sở, ban, ngành tỉnh"
_COMMUNES = "Khối thi đua các xã, phường"
BLOCKS_PAPER = {
    "paper_number": "872/QĐ-UBND",
    "paper_issued_on": date(2023, 4, 20),
    "paper_issuer": "Chủ tịch Ủy ban nhân dân tỉnh Vĩnh Long",
}

UNITS = (
    UnitRow("ubnd-tinh", UnitKind.PROVINCIAL_COMMITTEE, "Ủy ban nhân dân tỉnh Vĩnh Long", "UBND", _PLACE),
    UnitRow(
        "vp-ubnd",
        UnitKind.PROVINCIAL_DEPARTMENT,
        "Văn phòng Ủy ban nhân dân tỉnh Vĩnh Long",
        "VPUBND",
        _PLACE,
        _PROVINCE,
        _DEPARTMENTS,
    ),
    UnitRow("so-noi-vu", UnitKind.PROVINCIAL_DEPARTMENT, "Sở Nội vụ", "SNV", _PLACE, _PROVINCE, _DEPARTMENTS),
    UnitRow(
        "so-tttt",
        UnitKind.PROVINCIAL_DEPARTMENT,
        "Sở Thông tin và Truyền thông",
        "STTTT",
        _PLACE,
        _PROVINCE,
        _DEPARTMENTS,
        abolished_on=TRANSFER,
    ),
    UnitRow(
        "so-khcn",
        UnitKind.PROVINCIAL_DEPARTMENT,
        "Sở Khoa học và Công nghệ",
        "SKHCN",
        _PLACE,
        _PROVINCE,
        _DEPARTMENTS,
    ),
    UnitRow(
        "ban-chi-dao-cds",
        UnitKind.STEERING_COMMITTEE,
        "Ban Chỉ đạo Chuyển đổi số tỉnh Vĩnh Long",
        "BCĐ",
        _PLACE,
        _PROVINCE,
    ),
    UnitRow(
        "so-gddt",
        UnitKind.PROVINCIAL_DEPARTMENT,
        "Sở Giáo dục và Đào tạo",
        "SGDĐT",
        _PLACE,
        _PROVINCE,
        _DEPARTMENTS,
    ),
    UnitRow("so-y-te", UnitKind.PROVINCIAL_DEPARTMENT, "Sở Y tế", "SYT", _PLACE, _PROVINCE, _DEPARTMENTS),
    UnitRow("so-xay-dung", UnitKind.PROVINCIAL_DEPARTMENT, "Sở Xây dựng", "SXD", _PLACE, _PROVINCE, _DEPARTMENTS),
    UnitRow(
        "ubnd-huyen-long-ho",
        UnitKind.DISTRICT,
        "Ủy ban nhân dân huyện Long Hồ",
        "UBND",
        "Long Hồ",
        _PROVINCE,
        abolished_on=MERGER,
    ),
    UnitRow(
        "ubnd-xa-long-ho",
        UnitKind.COMMUNE,
        "Ủy ban nhân dân xã Long Hồ",
        "UBND",
        "Long Hồ",
        _PROVINCE,
        _COMMUNES,
        founded_on=MERGER,
    ),
    UnitRow(
        "ubnd-phuong-long-chau",
        UnitKind.COMMUNE,
        "Ủy ban nhân dân phường Long Châu",
        "UBND",
        "Long Châu",
        _PROVINCE,
        _COMMUNES,
        founded_on=MERGER,
    ),
    UnitRow("truong-cao-dang", UnitKind.SCHOOL, "Trường Cao đẳng Vĩnh Long", "CĐVL", _PLACE, _PROVINCE),
    UnitRow("buu-dien-tinh", UnitKind.ENTERPRISE, "Bưu điện tỉnh Vĩnh Long", "BĐVL", _PLACE),
)

SUCCESSIONS = (
    ("so-tttt", "so-khcn", SuccessionKind.TRANSFERRED, TRANSFER),
    ("ubnd-huyen-long-ho", "ubnd-xa-long-ho", SuccessionKind.SPLIT, MERGER),
)

P, R = PositionKind, Role

PEOPLE = (
    # Sở Giáo dục và Đào tạo: the nominating unit of the story
    PersonRow(
        "chuyenvien", "Lê Thị Mai", "so-gddt", "chuyên viên lập hồ sơ", roles=((R.CLERK, "so-gddt"),), signs=False
    ),
    PersonRow(
        "chanhvanphong",
        "Trần Quốc Bảo",
        "so-gddt",
        "Chánh Văn phòng Sở: ký nháy, thư ký Hội đồng",
        ((P.SPECIALIST, "Chánh Văn phòng"), (P.COUNCIL_SECRETARY, "Thư ký Hội đồng")),
    ),
    PersonRow(
        "giamdoc",
        "Nguyễn Thị Thuỳ Dương",
        "so-gddt",
        "Giám đốc Sở, Chủ tịch Hội đồng Thi đua - Khen thưởng",
        ((P.HEAD, "Giám đốc"), (P.COUNCIL_CHAIR, "Chủ tịch Hội đồng")),
    ),
    PersonRow("phogiamdoc", "Phạm Văn Đức", "so-gddt", "Phó Giám đốc Sở", ((P.DEPUTY_HEAD, "Phó Giám đốc"),)),
    PersonRow(
        "vanthu",
        "Võ Ngọc Hân",
        "so-gddt",
        "văn thư: cấp số, đóng dấu",
        ((P.REGISTRAR, "Văn thư"),),
        ((R.REGISTRAR, "so-gddt"),),
    ),
    # Sở Khoa học và Công nghệ: the coordinator since 03/2025
    PersonRow(
        "tonghop",
        "Đặng Hữu Phước",
        "so-khcn",
        "cơ quan tổng hợp",
        ((P.SPECIALIST, "Trưởng phòng Chuyển đổi số"),),
        ((R.COORDINATOR, "so-khcn"),),
    ),
    PersonRow("giamdoc.khcn", "Huỳnh Thị Ngọc Ánh", "so-khcn", "Giám đốc Sở KH&CN", ((P.HEAD, "Giám đốc"),)),
    PersonRow("vanthu.khcn", "Lý Minh Châu", "so-khcn", "văn thư Sở KH&CN", ((P.REGISTRAR, "Văn thư"),)),
    # Sở Nội vụ: the appraiser
    PersonRow(
        "thamdinh",
        "Bùi Thanh Tùng",
        "so-noi-vu",
        "chuyên viên thẩm định",
        ((P.SPECIALIST, "Trưởng phòng Thi đua - Khen thưởng"),),
        ((R.APPRAISER, "so-noi-vu"),),
    ),
    PersonRow("giamdoc.snv", "Ngô Thị Kim Loan", "so-noi-vu", "Giám đốc Sở Nội vụ", ((P.HEAD, "Giám đốc"),)),
    PersonRow("vanthu.snv", "Trương Gia Hân", "so-noi-vu", "văn thư Sở Nội vụ", ((P.REGISTRAR, "Văn thư"),)),
    PersonRow(
        "luutru",
        "Phan Thị Hồng",
        "so-noi-vu",
        "lưu trữ viên",
        roles=((R.ARCHIVIST, "so-noi-vu"),),
        signs=False,
    ),
    # Văn phòng UBND tỉnh and the Chair
    PersonRow(
        "vanphong",
        "Mai Quang Vinh",
        "vp-ubnd",
        "Văn phòng UBND tỉnh: dự thảo quyết định",
        roles=((R.CHAIR_OFFICE, "ubnd-tinh"),),
        signs=False,
    ),
    PersonRow(
        "chanhvanphong.ubnd",
        "Đỗ Thành Nhân",
        "vp-ubnd",
        "Chánh Văn phòng UBND tỉnh",
        ((P.HEAD, "Chánh Văn phòng"),),
    ),
    PersonRow("vanthu.ubnd", "Lâm Thị Yến", "vp-ubnd", "văn thư UBND tỉnh", ((P.REGISTRAR, "Văn thư"),)),
    PersonRow("chutich", "Lữ Văn Thành", "ubnd-tinh", "Chủ tịch UBND tỉnh", ((P.HEAD, "Chủ tịch"),)),
    PersonRow(
        "phochutich", "Nguyễn Hồng Vân", "ubnd-tinh", "Phó Chủ tịch UBND tỉnh", ((P.DEPUTY_HEAD, "Phó Chủ tịch"),)
    ),
    # Other nominating units
    PersonRow(
        "chuyenvien.yte", "Cao Thị Bích", "so-y-te", "chuyên viên Sở Y tế", roles=((R.CLERK, "so-y-te"),), signs=False
    ),
    PersonRow(
        "giamdoc.yte",
        "Hồ Văn Khánh",
        "so-y-te",
        "Giám đốc Sở Y tế",
        ((P.HEAD, "Giám đốc"), (P.COUNCIL_CHAIR, "Chủ tịch Hội đồng")),
    ),
    PersonRow(
        "chanhvanphong.yte",
        "Dương Thị Lệ",
        "so-y-te",
        "Chánh Văn phòng Sở Y tế",
        ((P.SPECIALIST, "Chánh Văn phòng"), (P.COUNCIL_SECRETARY, "Thư ký Hội đồng")),
    ),
    PersonRow("vanthu.yte", "Tô Minh Trí", "so-y-te", "văn thư Sở Y tế", ((P.REGISTRAR, "Văn thư"),)),
    PersonRow(
        "congchuc.longho",
        "Kiều Thị Thanh",
        "ubnd-xa-long-ho",
        "công chức xã Long Hồ",
        roles=((R.CLERK, "ubnd-xa-long-ho"),),
        signs=False,
    ),
    PersonRow(
        "chutich.longho",
        "Thạch Sô Phách",
        "ubnd-xa-long-ho",
        "Chủ tịch UBND xã Long Hồ",
        ((P.HEAD, "Chủ tịch"), (P.COUNCIL_CHAIR, "Chủ tịch Hội đồng")),
    ),
    # Administration
    PersonRow(
        "quantri",
        "Quách Tấn Lộc",
        "so-noi-vu",
        "quản trị hệ thống",
        roles=((R.ADMINISTRATOR, "so-noi-vu"),),
        signs=False,
    ),
)

SEALS = ("ubnd-tinh", "so-noi-vu", "so-khcn", "so-gddt", "so-y-te", "ubnd-xa-long-ho")
