"""What a paper says, as plain frozen values. Whoever asks for a paper fills these in; nothing here knows a database.

An empty text is a gap: the paper shows dots for the clerk to fill in Word, and never an invented fact.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The head of a paper (Decree 30/2020, annex I, part I, II.1-4).

    ``symbol`` is what follows the slash ("TTr-SKHCN"); without ``number`` or ``issued_on`` the paper has blank gaps
    that the registry fills when the paper is issued. ``parent`` is empty for a body without one above it.
    """

    issuer: str
    symbol: str = ""
    place: str = ""
    parent: str = ""
    number: int | None = None
    issued_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs and in what capacity (annex I, II.7.b).

    ``position`` is the signer's own ("Phó Giám đốc"). ``capacity`` is one of NONE, TM, KT, TL, TUQ, Q in any case.
    ``principal`` is the head whom KT., TL. and TUQ. stand for ("Giám đốc"); ``collective`` is what TM. stands for
    ("Ủy ban nhân dân") and may be joined with any other capacity.
    """

    name: str
    position: str
    capacity: str = "NONE"
    principal: str = ""
    collective: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominee:
    """Whoever is put forward. ``detail`` is a person's position and unit, a collective's unit, a household's place."""

    name: str
    detail: str = ""
    achievement: str = ""
    honorific: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominees:
    """All who are put forward in one paper, in the order in which they are listed."""

    collectives: tuple[Nominee, ...] = ()
    households: tuple[Nominee, ...] = ()
    individuals: tuple[Nominee, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """The block "Nơi nhận". ``filed`` follows "Lưu:" and defaults to the registry alone ("VT")."""

    names: tuple[str, ...] = ()
    filed: str = "VT"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionLetter:
    """Tờ trình of a unit (P17.1). ``authority`` confers the award; ``award`` is its full name."""

    head: Letterhead
    unit: str
    authority: str
    award: str
    campaign: str
    addressees: tuple[str, ...]
    legal_bases: tuple[str, ...]
    nominees: Nominees
    council: str
    council_met_on: date | None
    minutes_symbol: str
    attachments: tuple[str, ...]
    signer: Signer
    recipients: Recipients


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilMember:
    """A member of the council; ``role`` is in the council, ``position`` in the body, ``honorific`` is "Ông" or "Bà".

    ``opinion`` is the written opinion of an absent member and is empty when none was received.
    """

    name: str
    position: str = ""
    role: str = ""
    opinion: str = ""
    honorific: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """Votes in favour of one nominee, written opinions of absent members included; None while not yet counted."""

    nominee: Nominee
    in_favour: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """Biên bản họp xét khen thưởng (P17.2). Votes are counted on all members: ``present`` and ``absent`` together.

    ``opened_at`` and ``closed_at`` are aware instants, shown on a Vietnamese clock; where only the day is known, it is
    ``held_on``. ``secretary`` need not be a member.
    """

    head: Letterhead
    subject: str
    council: str
    venue: str
    opened_at: datetime | None
    closed_at: datetime | None
    chair: CouncilMember
    secretary: CouncilMember
    present: tuple[CouncilMember, ...]
    absent: tuple[CouncilMember, ...]
    course: tuple[str, ...]
    collective_ballots: tuple[Ballot, ...]
    individual_ballots: tuple[Ballot, ...]
    conclusion: tuple[str, ...]
    recipients: Recipients
    held_on: date | None = None
    household_ballots: tuple[Ballot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectiveProfile:
    """Sơ lược đặc điểm, tình hình of a collective."""

    name: str
    address: str = ""
    contact: str = ""
    organisation: str = ""
    duties: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdProfile:
    """Sơ lược về hộ gia đình: who heads it, where it lives."""

    name: str
    householder: str = ""
    address: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndividualProfile:
    """Sơ lược lý lịch of an individual."""

    name: str
    born_on: date | None = None
    gender: str = ""
    home_town: str = ""
    residence: str = ""
    position: str = ""
    unit: str = ""
    qualification: str = ""
    duties: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One content of emulation (P03): its title and the text of the nominee, paragraphs parted by line ends."""

    title: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexScore:
    """A year's score and the paper by which it was approved."""

    year: int
    score: Decimal | None = None
    maximum: Decimal | None = None
    approved_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionStatement:
    """A criterion of the scheme and what the nominee states about it."""

    criterion: str
    statement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAward:
    """An award already received; ``decision`` holds number, date and issuing body of the decision."""

    year: int
    award: str
    decision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AchievementReport:
    """Báo cáo thành tích of a collective or an individual (P03, P17.3).

    ``award`` is the award asked for, in full; ``score`` names what is scored ("chỉ số chuyển đổi số"). ``signer`` is
    the nominee or the head of the collective; ``confirmer`` signs for the level that presents the nominee and is None
    while unknown.
    """

    head: Letterhead
    award: str
    campaign: str
    profile: CollectiveProfile | HouseholdProfile | IndividualProfile
    sections: tuple[Section, ...]
    score: str
    scores: tuple[IndexScore, ...]
    statements: tuple[CriterionStatement, ...]
    past_awards: tuple[PastAward, ...]
    signer: Signer
    confirmer: Signer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedNominee:
    """A line of the consolidated list. ``scores`` is shown as given ("2023: 92,10; 2024: 93,45")."""

    rank: int
    nominee: Nominee
    unit: str
    scores: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedList:
    """The coordinator's ranked nominees with the quota of each kind (P13); None where no number is set."""

    collectives: tuple[RankedNominee, ...] = ()
    households: tuple[RankedNominee, ...] = ()
    individuals: tuple[RankedNominee, ...] = ()
    collective_quota: int | None = None
    household_quota: int | None = None
    individual_quota: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidation:
    """Tờ trình of the coordinator with the ranked list (P12, P19), sent to ``authority`` through ``appraiser``.

    ``score`` names what is ranked by ("chỉ số chuyển đổi số") and ``measured_by`` the set of criteria behind it.
    """

    head: Letterhead
    coordinator: str
    appraiser: str
    authority: str
    award: str
    campaign: str
    addressees: tuple[str, ...]
    legal_bases: tuple[str, ...]
    units_received: int
    score: str
    measured_by: str
    ranked: RankedList
    attachments: tuple[str, ...]
    signer: Signer
    recipients: Recipients


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisalLetter:
    """Tờ trình of the appraiser to ``authority``, which decides (P12, P22), with those whose dossiers have passed.

    ``proposals`` are the letters that it answers ("Tờ trình số 12/TTr-SKHCN ngày 15 tháng 01 năm 2026 của Sở Khoa học
    và Công nghệ"); ``units`` is how many bodies' dossiers were appraised.
    """

    head: Letterhead
    appraiser: str
    authority: str
    award: str
    campaign: str
    legal_bases: tuple[str, ...]
    proposals: tuple[str, ...]
    units: int
    score: str
    ranked: RankedList
    attachments: tuple[str, ...]
    signer: Signer
    recipients: Recipients


@dataclass(frozen=True, slots=True, kw_only=True)
class NomineeList:
    """Danh sách đề nghị khen thưởng of a unit: who is put forward, with what they achieved.

    ``award`` is the award asked for, in full. ``maker`` drew the list up; ``attached_to`` is the paper that it goes
    with ("Văn bản đề nghị khen thưởng").
    """

    head: Letterhead
    award: str
    campaign: str
    nominees: Nominees
    attached_to: str
    maker: Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardDecision:
    """Quyết định về việc tặng Bằng khen, Giấy khen. ``authority`` decides and heads the paper in capitals.

    ``award`` is the full name ("Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh"). ``proposal`` follows "Theo đề nghị
    của". ``bonus`` is the sentence about money (P20); empty, it refers to the rules in force. ``executors`` are those
    who carry the decision out.
    """

    head: Letterhead
    authority: str
    award: str
    campaign: str
    legal_bases: tuple[str, ...]
    proposal: str
    nominees: Nominees
    executors: tuple[str, ...]
    signer: Signer
    recipients: Recipients
    bonus: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Bằng khen or Giấy khen. ``award`` is its name ("Bằng khen"), ``golden_book`` the ordinal in the decision.

    ``decision`` is number and symbol ("125/QĐ-UBND"); ``verify_url`` is behind the QR code. ``demo`` prints a mark
    across the page so that nobody takes a trial for an award.
    """

    authority: str
    award: str
    recipient: str
    achievement: str
    decision: str
    decided_on: date
    golden_book: int
    place: str
    signer: Signer
    verify_url: str
    detail: str = ""
    honorific: str = ""
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """A line of the awards register."""

    recipient: str
    award: str
    decision: str
    decided_on: date
    golden_book: int
    detail: str = ""
    achievement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Sổ theo dõi khen thưởng: a printable list of awards. ``made_on`` is the day it was drawn up."""

    issuer: str
    title: str
    entries: tuple[RegisterEntry, ...]
    made_on: date
    parent: str = ""
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolidatedList:
    """Danh sách tổng hợp đề nghị khen thưởng: the ranked list as a printable table."""

    issuer: str
    title: str
    campaign: str
    score: str
    ranked: RankedList
    made_on: date
    parent: str = ""
    demo: bool = False
