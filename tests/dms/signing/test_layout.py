"""The places of fields, as a person puts them before a paper goes to its signers."""

from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from dms import clock
from dms.documents.models import Document
from dms.errors import Conflict, Invalid
from dms.policy import SYSTEM
from dms.signing import pades
from dms.signing.layout import service as layouts
from dms.signing.layout.service import Layout
from dms.signing.placing import Box
from tests.dms.signing.office import HEAD_ONLY, LETTER_ROUTE, Office, letter
from tests.samples import pdf

HEAD = "approval_2_1"


def look(office: Office, document: Document, stages: tuple = LETTER_ROUTE) -> Layout:
    return layouts.layout_of(office.session, office.desk, document, office.plan(document, stages), now=clock.now())


def put(office: Office, layout: Layout, **boxes: Box) -> None:
    document = layout.version.document
    plan = office.plan(document)
    layouts.put(office.session, layout, boxes, plan, by=office.actor("clerk"), now=clock.now())


def box_of(layout: Layout, name: str) -> Box:
    return next(each.box for each in layout.fields if each.name == name)


def rectangles(path: Path) -> dict[str, tuple[float, ...]]:
    with pikepdf.open(path) as file:
        fields = list(file.Root.AcroForm.Fields)
        return {str(each.T): tuple(float(edge) for edge in each.Rect) for each in fields}


def test_what_we_wrote_has_its_places_and_who_would_sign_is_named(office: Office) -> None:
    layout = look(office, office.paper(letter()))
    assert layout.is_certain
    head = next(each for each in layout.fields if each.name == HEAD)
    assert head.who == ("Nguyễn Thị Thuỳ Dương",)
    assert {each.kind for each in layout.fields} == {"initials", "approval", "seal", "text"}


def test_a_paper_from_outside_gets_places_that_are_only_a_guess(office: Office) -> None:
    layout = look(office, office.paper(pdf()))
    assert not layout.is_certain


def test_a_field_stands_where_a_person_put_it_and_the_seal_goes_with_the_signature(
    office: Office, tmp_path: Path
) -> None:
    document = office.paper(pdf())
    put(office, look(office, document), **{HEAD: Box(0, 300, 400, 440, 464)})

    route = office.start(document)

    made = rectangles(office.file(route, tmp_path))
    assert made[HEAD] == (300, 400, 440, 464)
    _, bottom, right, top = made["seal_4_1"]
    assert right == pytest.approx(300 + 140 / 3, abs=1)
    assert (bottom + top) / 2 == pytest.approx(432, abs=1)


def test_what_was_put_is_shown_again_and_can_be_taken_back(office: Office) -> None:
    document = office.paper(letter())
    before = look(office, document)
    put(office, before, **{HEAD: Box(0, 100, 100, 240, 164)})
    layout = look(office, document)
    assert box_of(layout, HEAD) == Box(0, 100, 100, 240, 164)
    layouts.forget(office.session, layout, office.plan(document), by=SYSTEM, now=clock.now())
    assert look(office, document).fields == before.fields


def test_rounding_in_a_form_moves_nothing(office: Office) -> None:
    document = office.paper(letter())
    layout = look(office, document)
    box = box_of(layout, HEAD)
    put(office, layout, **{HEAD: replace(box, x0=box.x0 + 0.2, y1=box.y1 - 0.2)})
    assert look(office, document).fields == layout.fields


@pytest.mark.parametrize(
    ("box", "code"),
    [
        (Box(0, 500, 100, 640, 164), "field_off_page"),
        (Box(0, -30, 100, 110, 164), "field_off_page"),
        (Box(9, 100, 100, 240, 164), "field_off_page"),
        (Box(0, 100, 100, 110, 104), "field_too_small"),
    ],
    ids=["beyond the right edge", "beyond the left edge", "on a page that is not there", "too small to read"],
)
def test_a_place_that_cannot_be_is_refused(office: Office, box: Box, code: str) -> None:
    layout = look(office, office.paper(letter()))
    with pytest.raises(Invalid, match=code):
        put(office, layout, **{HEAD: box})


def test_two_fields_may_not_lie_over_each_other_but_the_seal_may(office: Office) -> None:
    layout = look(office, office.paper(letter()))
    number = box_of(layout, "so")
    with pytest.raises(Invalid, match="fields_overlap"):
        put(office, layout, **{HEAD: Box(0, number.x0, number.y0, number.x0 + 140, number.y0 + 64)})
    put(office, layout, seal_4_1=replace(number, x1=number.x0 + 102, y1=number.y0 + 102))


def test_a_field_that_the_route_does_not_know_means_that_it_has_changed(office: Office) -> None:
    layout = look(office, office.paper(letter()))
    with pytest.raises(Conflict, match="layout_moved"):
        put(office, layout, approval_9_9=Box(0, 100, 100, 240, 164))


def test_a_new_version_is_looked_at_anew(office: Office) -> None:
    document = office.paper(letter())
    before = look(office, document)
    put(office, before, **{HEAD: Box(0, 100, 100, 240, 164)})
    office.upload(document, letter())
    assert box_of(look(office, document), HEAD) == box_of(before, HEAD)


def test_while_a_paper_is_on_its_way_its_places_stay(office: Office) -> None:
    route = office.started(HEAD_ONLY)
    with pytest.raises(Conflict, match="route_already_open"):
        look(office, route.document, HEAD_ONLY)


def test_the_paper_signs_as_any_other_with_its_fields_moved(office: Office, tmp_path: Path) -> None:
    document = office.paper(letter())
    put(office, look(office, document), **{HEAD: Box(0, 300, 150, 440, 214)})
    route = office.through_to_seal(office.start(document))
    assert pades.validate(office.file(route, tmp_path), trust=office.desk.trust).is_valid
