"""What decisions and certificates say of people and bodies."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from dms.appraisal.models import AppraisalLetter, AppraisalLetterItem
from dms.awards import certificates, paper, public
from dms.campaigns import service as campaigns
from dms.documents import intake, rendering
from dms.documents import service as documents
from dms.documents.models import DocumentKind
from dms.documents.sniff import MediaType
from dms.policy import PositionKind
from tests import factories as make
from tests.dms.awards.world import BASE_URL, DECIDED_ON, Chancery


@pytest.mark.parametrize(
    ("title", "unit", "said"),
    [
        ("Giám đốc", "Sở Y tế", "Giám đốc Sở Y tế"),
        ("Chủ tịch", "Ủy ban nhân dân xã Long Hồ", "Chủ tịch Ủy ban nhân dân xã Long Hồ"),
        ("Trưởng ban", "Ban Chỉ đạo Chuyển đổi số", "Trưởng Ban Chỉ đạo Chuyển đổi số"),
        ("Chánh Văn phòng", "Văn phòng UBND tỉnh", "Chánh Văn phòng UBND tỉnh"),
    ],
)
def test_a_title_and_its_unit_are_joined_without_saying_a_word_twice(title: str, unit: str, said: str) -> None:
    assert paper.joined(title, unit) == said


def test_a_unit_that_the_workplace_names_already_is_not_named_again() -> None:
    assert (
        paper.told("An", "Trưởng phòng", "Phòng Tổ chức, Sở Y tế", "Sở Y tế") == "Trưởng phòng, Phòng Tổ chức, Sở Y tế"
    )
    assert paper.told("Phòng Tổ chức", "", "", "Sở Y tế") == "Sở Y tế"
    assert paper.told("Sở Y tế", "", "", "Sở Y tế") == ""


@pytest.mark.rule("P05")
def test_a_unit_head_confers_under_the_heads_own_title(session: Session) -> None:
    unit = make.a_unit(session, name="Sở Y tế")
    make.an_appointment(session, make.a_person(session), unit, PositionKind.HEAD, title="Giám đốc")
    scheme = campaigns.scheme_of(make.a_campaign(session), "giay-khen-hang-nam")
    authority = paper.authority_of(session, scheme, unit.id, DECIDED_ON)
    assert paper.award_name(scheme.form, authority) == "Giấy khen của Giám đốc Sở Y tế"


def test_a_body_without_a_head_is_named_as_the_campaign_file_names_it(session: Session) -> None:
    scheme = campaigns.scheme_of(make.a_campaign(session), make.BANG_KHEN)
    assert paper.authority_of(session, scheme, make.a_unit(session).id, DECIDED_ON) == "Chủ tịch UBND tỉnh"


def test_a_certificate_prints_recipient_decision_signer_and_the_address_that_proves_it(
    chancery: Chancery, session: Session
) -> None:
    (award,) = chancery.conferred(chancery.appraised(["Lê Thị Ánh"]))
    chancery.work()
    assert award.certificate_digest is not None
    with intake.copy_of(chancery.desk.desk, award.certificate_digest) as path:
        words = " ".join(rendering.extract_text(path, MediaType.PDF).split())
        content = path.read_bytes()
    for printed in ("LÊ THỊ ÁNH", "BẰNG KHEN", "CHỦ TỊCH UBND TỈNH VĨNH LONG", "125/QĐ-UBND", "Trần Quốc Trưởng"):
        assert printed in words
    assert f"{BASE_URL}/v/{award.public_code}" in words.replace(" /", "/").replace("/ ", "/")
    assert b"pdfaid" in content


@pytest.mark.rule("P22")
def test_the_decision_cites_the_appraisers_letter_once_it_has_its_number(chancery: Chancery, session: Session) -> None:
    dossier = chancery.appraised(["Lê Thị Ánh"])
    (nominee,) = chancery.nominees(dossier)
    document = documents.create_document(
        session, unit_id=dossier.unit_id, kind=DocumentKind.SUBMISSION_LETTER, title="Tờ trình đề nghị tặng Bằng khen"
    )
    letter = AppraisalLetter(
        revision_id=dossier.revision_id,
        scheme_code=dossier.scheme_code,
        appraiser_id=dossier.unit_id,
        conferrer_id=dossier.unit_id,
        document=document,
        opened_at=make.NOW,
        items=[AppraisalLetterItem(nominee_id=nominee.id)],
    )
    session.add(letter)
    session.flush()
    assert paper.proposal(session, "Giám đốc Sở Nội vụ", [nominee]) == "Giám đốc Sở Nội vụ"

    document.number, document.symbol, document.issued_on = 7, "TTr-SNV", date(2026, 2, 3)
    cited = "Giám đốc Sở Nội vụ tại Tờ trình số 07/TTr-SNV ngày 03 tháng 02 năm 2026"
    assert paper.proposal(session, "Giám đốc Sở Nội vụ", [nominee]) == cited

    letter.given_up_at = make.NOW
    assert paper.proposal(session, "Giám đốc Sở Nội vụ", [nominee]) == "Giám đốc Sở Nội vụ"


def test_certificates_are_made_once(chancery: Chancery, session: Session) -> None:
    (award,) = chancery.conferred(chancery.appraised())
    chancery.work()
    desk = chancery.desk.desk
    again = certificates.make(session, desk, award.decision_id, base_url=BASE_URL, demo=True, now=make.NOW)
    assert again == []


def test_the_public_sees_only_the_lines_of_the_certificate(chancery: Chancery, session: Session) -> None:
    (award,) = chancery.conferred(chancery.appraised(["Lê Thị Ánh"]))
    found = public.find(session, f" {award.public_code[:4].lower()}-{award.public_code[4:]} ")
    assert found is not None
    assert (found.recipient, found.decision_number, found.revoked_on) == ("Lê Thị Ánh", "125/QĐ-UBND", None)
    assert public.find(session, "KHONGCOTHAT1") is None
