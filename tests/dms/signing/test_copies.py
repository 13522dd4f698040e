"""Certified copies: the pages of a signed paper, a number of their own, the body's words at the top right."""

import io
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from pypdfium2 import raw

from dms import clock
from dms.campaigns.vocabulary import StepAction
from dms.documents import service as documents
from dms.errors import Invalid, PermissionDenied
from dms.signing import pades, validation
from dms.signing.copies import service as copies
from dms.signing.models import RouteOutcome, SigningRoute
from tests.dms.signing.office import HEAD_ONLY, SEAL, Office
from tests.pki import Pki

Issue = Callable[..., SigningRoute]


@pytest.fixture
def issue(office: Office) -> Issue:
    def act(route: SigningRoute, role: str = "registrar", purpose: str = "Lưu hồ sơ khen thưởng") -> SigningRoute:
        by, now = office.actor(role), clock.now()
        pages = copies.draw(office.session, office.desk, route.document_id, by=by, now=now)
        return copies.issue(office.session, office.desk, pages, purpose=purpose, by=by, now=now)

    return act


@pytest.fixture
def sealed(office: Office) -> SigningRoute:
    return office.through_to_seal(office.started())


def words_on(path: Path) -> str:
    """What is read on the first page, stamps included."""
    drawn = io.BytesIO()
    with closing(pypdfium2.PdfDocument(path)) as file:
        raw.FPDFPage_Flatten(file[0], raw.FLAT_NORMALDISPLAY)
        file.save(drawn)
    with closing(pypdfium2.PdfDocument(drawn.getvalue())) as file:
        words: str = file[0].get_textpage().get_text_range()
        return words


def inked(path: Path, left: float, right: float) -> bool:
    """Whether anything is drawn in the upper margin (20 mm) between two shares of the page's width."""
    with closing(pypdfium2.PdfDocument(path)) as file:
        file.init_forms()
        picture = file[0].render(scale=1, may_draw_forms=True).to_pil().convert("L")
    margin = picture.crop((round(left * picture.width), 0, round(right * picture.width), 54))
    darkest, _ = margin.getextrema()
    return bool(darkest < 128)  # type: ignore[operator]  # one band


def test_a_copy_shows_the_pages_and_is_sealed_with_words_at_the_top_right(
    office: Office, pki: Pki, sealed: SigningRoute, *, issue: Issue, tmp_path: Path
) -> None:
    copy = issue(sealed)
    office.sign(office.step(copy, SEAL), "registrar")

    assert copy.outcome is RouteOutcome.COMPLETED
    path = office.file(copy, tmp_path)
    report = pades.validate(path, trust=pki.offline)
    assert report.is_valid
    assert [each.signer_name for each in report.signatures] == ["Sở Nội vụ tỉnh Vĩnh Long"]
    shown = words_on(path)
    assert "SAO Y; Sở Nội vụ;" in shown
    assert "+07:00" in shown
    assert inked(path, 0.5, 1)
    assert not inked(path, 0, 0.5)
    assert "TỜ TRÌNH" in shown
    assert "125" in shown


def test_the_signed_paper_is_as_it_was(office: Office, sealed: SigningRoute, issue: Issue) -> None:
    before = sealed.version.digest
    issue(sealed)
    assert documents.current_version(sealed.document) is sealed.version
    assert sealed.version.digest == before


def test_copies_are_numbered_in_one_series_of_the_body(office: Office, sealed: SigningRoute, issue: Issue) -> None:
    first, second = issue(sealed), issue(sealed, purpose="Gửi Sở Tài chính")
    assert (first.document.number, first.document.symbol) == (1, "SY-SNV")
    assert second.document.number == 2
    made = copies.copies_of(office.session, sealed.document)
    assert [each.purpose for each in made] == ["Lưu hồ sơ khen thưởng", "Gửi Sở Tài chính"]


def test_only_the_registrar_issues_copies(sealed: SigningRoute, issue: Issue) -> None:
    with pytest.raises(PermissionDenied, match="seat_not_held"):
        issue(sealed, "clerk")


def test_no_copy_is_made_of_what_is_still_being_signed(office: Office, issue: Issue) -> None:
    with pytest.raises(Invalid, match="copy_of_unsigned"):
        issue(office.started())


def test_no_copy_is_made_of_a_paper_whose_signature_does_not_hold(
    office: Office, sealed: SigningRoute, issue: Issue
) -> None:
    check = validation.check_of(office.session, sealed.version)
    assert check is not None
    check.verdict = "invalid"
    with pytest.raises(Invalid, match="copy_of_unsigned"):
        issue(sealed)


def test_a_copy_of_a_copy_is_no_sao_y(office: Office, sealed: SigningRoute, issue: Issue) -> None:
    copy = issue(sealed)
    office.sign(office.step(copy, SEAL), "registrar")
    with pytest.raises(Invalid, match="copy_of_copy"):
        issue(copy)


def test_a_copy_says_what_it_is_for(sealed: SigningRoute, issue: Issue) -> None:
    with pytest.raises(Invalid, match="copy_purpose_missing"):
        issue(sealed, purpose="  ")


def test_a_paper_without_a_seal_can_be_copied_once_its_head_has_signed(office: Office, issue: Issue) -> None:
    route = office.started(HEAD_ONLY)
    office.sign(office.step(route, StepAction.APPROVAL), "head")
    assert issue(route).document.number == 1
