"""Many documents signed in one go, as the signer's browser meets it: review, confirmation, progress, report."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask

from blueprints.extensions import db
from dms import clock
from dms.signing.batch.models import BatchItem, SigningBatch
from tests.blueprints.helpers import Browser, counted_queries
from tests.blueprints.test_signing import House, Paper, trusting, words
from tests.dms.signing.office import APPROVAL, HEAD_ONLY, LETTER_ROUTE
from tests.pki import Pki


@pytest.fixture
def app(make_app: Callable[..., Flask], pki: Pki) -> Iterator[Flask]:
    """The app with keys and an authority that answers; nobody works its queues but the test."""
    app = make_app(signing_processes=1, **trusting(pki))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


def work(house: House) -> None:
    """What the runner's thread does when it is woken."""
    house.app.extensions["dms_jobs"]["runner"].run_waiting()


def review(client: Browser, papers: list[Paper]) -> str:
    """Tick the papers on the list and go on; the address of the review."""
    client.get("/signing")
    ticked = [str(next(iter(paper.steps.values()))) for paper in papers]
    answer = client.post("/signing/batches", data={"csrf_token": client.token, "step": ticked})
    assert answer.status_code == 302, words(answer)
    return str(answer.location)


def boxes(page: Any) -> list[str]:
    return re.findall(r'name="item" value="([0-9a-f-]{36})"', page.get_data(as_text=True))


def start(client: Browser, address: str, items: list[str], **more: str) -> Any:
    return client.post(f"{address}/start", data={"csrf_token": client.token, "item": items} | more)


def test_the_review_shows_each_paper_with_pictures_of_exactly_what_is_signed(house: House) -> None:
    papers = house.started("Báo cáo A", "Báo cáo B", stages=HEAD_ONLY)
    head = house.browser("head")
    address = review(head, papers)
    page = head.get(address)

    assert all(text in words(page) for text in ("Báo cáo A", "Báo cáo B", "HS-2026-0007", "Sở Nội vụ", "1 trang"))
    assert len(boxes(page)) == 2
    pictures = re.findall(rf"{address}/items/[0-9a-f-]+/first\.png", page.get_data(as_text=True))
    assert all(head.get(each).get_data().startswith(b"\x89PNG") for each in pictures)
    assert head.get(pictures[0].replace("first", "place")).status_code == 200


def test_one_start_signs_what_stayed_ticked_and_the_report_names_each_result(house: House) -> None:
    papers = house.started("Báo cáo A", "Báo cáo B", "Báo cáo C", stages=HEAD_ONLY)
    head = house.browser("head")
    address = review(head, papers)
    items = boxes(head.get(address))
    assert start(head, address, [items[0], items[2]]).location == address

    waiting = head.get(f"{address}/progress").json
    assert (waiting["state"], waiting["done"], waiting["total"]) == ("running", 0, 2)
    assert "Đang ký" in words(head.get(address))
    work(house)

    done = head.get(f"{address}/progress").json
    assert (done["state"], done["done"]) == ("done", 2)
    assert done["text"] == "Đã ký 2/2 văn bản"
    report = words(head.get(address))
    assert "Báo cáo A Đã ký" in report
    assert "Báo cáo B" not in report
    left = head.get("/signing").get_data(as_text=True)
    assert [paper.step(APPROVAL) in left for paper in papers] == [False, True, False]
    assert "Đợt ký 2 văn bản" in words(head.get("/signing/batches"))


def test_the_report_is_a_table_that_a_spreadsheet_opens_and_takes_nothing_for_a_formula(house: House) -> None:
    papers = house.started('=HYPERLINK("http://x")', "Báo cáo B", stages=HEAD_ONLY)
    head = house.browser("head")
    address = review(head, papers)
    start(head, address, boxes(head.get(address)))
    house.at_work(lambda office, route: office.sign(office.step(route, APPROVAL), "head"), papers[1])
    work(house)

    table = head.get(f"{address}/report.csv").get_data()
    assert table.startswith(b"\xef\xbb\xbf")
    first, good, moved = csv.reader(io.StringIO(table.decode("utf-8-sig")))
    assert first[:3] == ["STT", "Văn bản", "Đơn vị"]
    assert good[1].startswith("'=")
    assert good[4] == "Đã ký"
    assert good[7] == papers[0].digest
    assert (moved[4], "không còn mở" in moved[6]) == ("Không ký được", True), moved
    sheet = openpyxl.load_workbook(io.BytesIO(head.get(f"{address}/report.xlsx").get_data())).active
    assert [cell.value for cell in sheet["E"]] == ["Kết quả", "Đã ký", "Không ký được"]
    assert sheet["B2"].data_type == "s"


def test_a_paper_that_moved_since_it_was_chosen_is_shown_as_such_and_cannot_be_ticked(house: House) -> None:
    papers = house.started("Báo cáo A", "Báo cáo B", stages=HEAD_ONLY)
    head = house.browser("head")
    address = review(head, papers)
    house.at_work(lambda office, route: office.sign(office.step(route, APPROVAL), "head"), papers[0])
    page = head.get(address)
    assert "đã thay đổi sau khi bạn chọn" in words(page)
    assert page.get_data(as_text=True).count("disabled") == 1


def test_an_old_log_in_confirms_once_and_finds_its_choice_again(house: House) -> None:
    papers = house.started("Báo cáo A", "Báo cáo B", stages=HEAD_ONLY)
    head = house.browser("head")
    address = review(head, papers)
    items = boxes(head.get(address))
    with head.session_transaction() as session:
        session["fs_paa"] -= timedelta(minutes=61).total_seconds()

    assert "Xác nhận để ký" in words(head.get(address))
    asked = start(head, address, items[:1])
    assert asked.location.startswith("/confirm?next=/signing/batches/")
    assert head.get(asked.location).location.startswith("/verify?next=/signing/batches/")
    again = head.get(address).get_data(as_text=True)
    assert [f'value="{item}" checked' in again for item in items] == [True, False]
    assert head.get(f"{address}/progress").json["state"] == "review"


def test_a_cancelled_batch_goes_on_when_its_signer_says_so(house: House) -> None:
    papers = house.started("Báo cáo A", "Báo cáo B", stages=HEAD_ONLY)
    head = house.browser("head")
    address = review(head, papers)
    start(head, address, boxes(head.get(address)))
    head.submit(f"{address}/cancel")
    work(house)
    assert "Chưa ký" in words(head.get(address))
    assert head.submit(f"{address}/cancel").status_code == 409

    head.submit(f"{address}/resume")
    work(house)
    assert head.get(f"{address}/progress").json["text"] == "Đã ký 2/2 văn bản"
    assert head.submit(f"{address}/resume").status_code == 409


def test_a_batch_whose_key_is_gone_stops_and_says_why(house: House, pki: Pki) -> None:
    papers = house.started("Báo cáo A", "Báo cáo B", stages=HEAD_ONLY)
    head = house.browser("head")
    address = review(head, papers)
    start(head, address, boxes(head.get(address)))
    file = pki.folder / "p12" / "head.p12"
    keys = house.app.extensions["dms"].signing.keys
    file.rename(file.with_suffix(".away"))
    next(iter(keys._sources.values()))._keys.clear()
    try:
        work(house)
    finally:
        file.with_suffix(".away").rename(file)

    page = words(head.get(address))
    assert "Đã dừng" in page
    assert "Đã dừng, không ký tiếp, sau lỗi này" in page
    assert head.get(f"{address}/progress").json["text"] == "Đã ký 0/2 văn bản"
    assert "Đã dừng" in words(head.get("/signing"))


def test_nobody_else_finds_a_batch(house: House) -> None:
    head, chair = house.browser("head"), house.browser("chair")
    address = review(head, house.started("Báo cáo A", stages=HEAD_ONLY))
    chair.get("/signing")
    answers = [chair.get(address), chair.get(f"{address}/progress"), chair.get(f"{address}/report.csv")]
    answers += [chair.submit(f"{address}/{act}") for act in ("start", "cancel", "resume", "discard", "code")]
    assert {answer.status_code for answer in answers} == {404}


def test_ticking_nothing_says_so_on_the_list_and_on_the_review(house: House) -> None:
    papers = house.started("Báo cáo A", stages=HEAD_ONLY)
    head = house.browser("head")
    head.get("/signing")
    head.submit("/signing/batches")
    assert "Hãy chọn ít nhất một văn bản" in words(head.get("/signing"))
    address = review(head, papers)
    start(head, address, [])
    assert "Hãy chọn ít nhất một văn bản" in words(head.get(address))


def test_a_discarded_review_leaves_no_trace(house: House) -> None:
    head = house.browser("head")
    address = review(head, house.started("Báo cáo A", stages=HEAD_ONLY))
    assert head.submit(f"{address}/discard").location == "/signing"
    assert head.get(address).status_code == 404
    with house.app.app_context():
        assert db.session().query(BatchItem).count() == 0


def test_number_steps_are_never_part_of_a_batch(house: House) -> None:
    (numbered, sealed) = house.started("Tờ trình A", "Tờ trình B", stages=LETTER_ROUTE[2:])
    house.at_work(lambda office, route: office.number(route, 5), sealed)
    registrar = house.browser("registrar")
    registrar.get("/signing")
    steps = [str(step_id) for paper in (numbered, sealed) for step_id in paper.steps.values()]
    answer = registrar.post("/signing/batches", data={"csrf_token": registrar.token, "step": steps})
    assert len(boxes(registrar.get(answer.location))) == 1


def test_pages_ask_the_database_alike_for_two_papers_and_for_twenty(house: House) -> None:
    head = house.browser("head")
    asked = []
    for count in (2, 20):
        papers = house.started(*(f"Báo cáo {number}" for number in range(count)), stages=HEAD_ONLY)
        address = review(head, papers)
        head.get(address)
        with counted_queries(house.app) as queries:
            head.get(address)
            asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_worker_that_left_a_batch_behind_is_replaced_at_once(house: House) -> None:
    """Its process was killed: the lease names a process of this machine that is no more."""
    head = house.browser("head")
    address = review(head, house.started("Báo cáo A", stages=HEAD_ONLY))
    start(head, address, boxes(head.get(address)))
    runner = house.app.extensions["dms_jobs"]["runner"]
    host, _, _ = runner.name.partition("/")
    with house.app.app_context():
        batch = db.session().query(SigningBatch).one()
        db.session().commit()
        db.session().connection(execution_options={"read_only": False})
        batch.leased_by, batch.leased_until = f"{host}/999999999/gone", clock.now() + timedelta(minutes=1)
        db.session().commit()
    assert runner.run_waiting() == 1
    assert head.get(f"{address}/progress").json["state"] == "done"
