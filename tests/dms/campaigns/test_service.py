"""Campaign files as revisions: what a new text changes, and what it leaves alone."""

from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dms import audit
from dms.campaigns import service
from dms.campaigns.models import Campaign, CampaignRevision
from dms.errors import Invalid, NotFound, PermissionDenied
from dms.policy import SYSTEM, Role
from tests import factories as make

CODE = "vinh-long-chuyen-doi-so-2023-2025"
TEXT = make.VINH_LONG.read_text()
OWN = make.OWN_CAMPAIGN.read_text()


def accepted(session: Session, text: str = TEXT) -> CampaignRevision:
    return service.accept(session, text, filename="plan.yaml", by=SYSTEM, now=make.NOW)


def reworded(words: str) -> str:
    changed = TEXT.replace("Phòng VHXH", words)
    assert changed != TEXT
    return changed


def test_the_first_text_of_a_campaign_is_revision_one(session: Session) -> None:
    revision = accepted(session)
    assert (revision.number, revision.campaign.code, revision.source) == (1, CODE, TEXT)
    assert revision.title == service.spec_of(revision).title
    assert (revision.accepted_at, revision.accepted_by) == (make.NOW, None)


def test_only_an_administrator_or_the_service_itself_accepts_a_campaign(session: Session) -> None:
    unit = make.a_unit(session)
    for role in Role:
        by = make.an_actor(session, unit, role)
        if role is Role.ADMINISTRATOR:
            assert service.accept(session, TEXT, filename="plan.yaml", by=by, now=make.NOW).accepted_by == by.person_id
        else:
            with pytest.raises(PermissionDenied):
                service.accept(session, reworded(role.value), filename="plan.yaml", by=by, now=make.NOW)


def test_each_new_content_is_the_next_revision(session: Session) -> None:
    numbers = [accepted(session, text).number for text in (TEXT, reworded("Phòng A"), reworded("Phòng B"))]
    assert numbers == [1, 2, 3]
    assert [each.number for each in service.revisions(session, CODE)] == [3, 2, 1]


def test_the_same_content_twice_is_one_revision(session: Session) -> None:
    assert accepted(session) is accepted(session)
    assert len(service.revisions(session, CODE)) == 1


def test_a_comment_or_another_indent_makes_no_new_revision(session: Session) -> None:
    first = accepted(session)
    assert accepted(session, f"# a remark\n{TEXT}") is first


def test_going_back_to_an_earlier_content_is_a_new_revision_that_counts(session: Session) -> None:
    first = accepted(session)
    accepted(session, reworded("Phòng A"))
    again = accepted(session)
    assert (again.number, again.digest) == (3, first.digest)
    assert service.latest(session, CODE) is again


def test_campaigns_are_numbered_apart(session: Session) -> None:
    accepted(session)
    accepted(session, reworded("Phòng A"))
    assert accepted(session, OWN).number == 1


def test_a_dossier_under_way_keeps_the_revision_that_it_began_under(session: Session) -> None:
    first = accepted(session)
    dossier = make.a_dossier(session, revision=first)
    second = accepted(session, reworded("Phòng A"))
    session.expire_all()
    assert dossier.revision_id == first.id
    assert "Phòng A" not in first.source
    assert service.spec_of(dossier.revision) != service.spec_of(second)


def test_a_file_with_a_fault_leaves_everything_as_it_was(session: Session) -> None:
    first = accepted(session)
    with pytest.raises(Invalid, match="campaign_file_invalid"):
        accepted(session, TEXT + "\nno_such_key: 1\n")
    assert service.latest(session, CODE) is first
    with pytest.raises(Invalid):
        accepted(session, OWN.replace("years: [2025]", "years: []"))
    assert list(session.scalars(select(Campaign.code))) == [CODE]


def test_each_revision_is_told_in_the_campaigns_chain_by_number_and_digest(session: Session) -> None:
    revisions = [accepted(session), accepted(session), accepted(session, reworded("Phòng A"))]
    told = audit.events(session, audit.Trail("campaign", revisions[0].campaign_id))
    assert [each.tag for each in told] == ["campaign:revision:accept"] * 2
    assert [each.data for each in told] == [
        {"number": 1, "digest": revisions[0].digest},
        {"number": 2, "digest": revisions[2].digest},
    ]


def test_a_revision_read_from_its_row_says_what_the_file_said(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = accepted(session)
    fresh: dict[str, service.CampaignSpec] = {}
    monkeypatch.setattr(service, "_PARSED", fresh)
    session.expire_all()
    spec = service.spec_of(revision)
    assert spec == service.load(TEXT, "plan.yaml")
    assert service.spec_of(revision) is spec


def test_the_latest_is_the_newest_and_the_list_has_it_for_each_campaign(session: Session) -> None:
    accepted(session)
    newest, own = accepted(session, reworded("Phòng A")), accepted(session, OWN)
    assert service.latest(session, CODE) is newest
    assert set(service.list_latest(session)) == {newest, own}


def test_campaigns_are_listed_in_the_order_of_the_vietnamese_alphabet(session: Session) -> None:
    first = "title: Phong trào thi đua về chuyển đổi số của Sở Giáo dục và Đào tạo năm 2025"
    for number, title in enumerate(["Xét tặng", "Đợt một", "Ân nghĩa", "Dân vận", "Anh hùng"]):
        text = OWN.replace(first, f"title: {title}").replace("code: giay-khen-chuyen", f"code: giay-khen-{number}", 1)
        accepted(session, text)
    titles = [each.title for each in service.list_latest(session)]
    assert titles == ["Anh hùng", "Ân nghĩa", "Dân vận", "Đợt một", "Xét tặng"]


def test_what_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="campaign_not_found"):
        service.latest(session, "khong-co")
    with pytest.raises(NotFound, match="campaign_not_found"):
        service.get_revision(session, uuid4())
    with pytest.raises(NotFound, match="scheme_not_found"):
        service.scheme_of(accepted(session), "khong-co")
    assert service.revisions(session, "khong-co") == []
    assert service.list_latest(session) == [accepted(session)]


def test_a_revision_is_found_by_its_id_and_a_scheme_by_its_code(session: Session) -> None:
    revision = accepted(session)
    assert service.get_revision(session, revision.id) is revision
    assert service.scheme_of(revision, make.BANG_KHEN).code == make.BANG_KHEN
