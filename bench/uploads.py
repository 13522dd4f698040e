"""Uploads through the running server: how many a second, none lost, and what a very large one costs in memory."""

import hashlib
import re
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID

import requests
from sqlalchemy import select

from bench import crowds, floors, papers, processes
from bench.figures import Row, judged, ms, p50, p95, told
from bench.place import Place
from bench.processes import MIB
from blueprints.extensions import db
from dms.documents.models import Version
from dms.people.models import Person
from tests.blueprints.helpers import PASSWORD, enter, writing

MB = 1_000_000
CLIENTS, EACH, NOMINEES = 8, 40, 10
ENOUGH, MOST_GROWTH, MOST_IDLE = 120, 64 * MIB, 250 * MB
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_EDGE = "-----------------------------bench"


@dataclass(frozen=True)
class Desk:
    """One clerk's dossier, and the places in it where a report goes."""

    email: str
    dossier: UUID
    nominees: tuple[UUID, ...]


@dataclass(frozen=True)
class Answered:
    """One upload: the digest of what was sent, the status that came back, the seconds in between."""

    digest: str
    status: int
    seconds: float


class Clerk:
    """A browser of its own: cookie, token, real addresses."""

    def __init__(self, address: str, desk: Desk) -> None:
        self._address, self.desk = address, desk
        self._session = requests.Session()
        self._post("/login", {"email": desk.email, "password": PASSWORD, "csrf_token": self._token("/login")})
        self._csrf = self._token(f"/dossiers/{desk.dossier}/papers/{crowds.REPORT}?nominee={desk.nominees[0]}")

    def send(self, number: int, content: bytes) -> Answered:
        nominee = self.desk.nominees[number % len(self.desk.nominees)]
        digest = hashlib.sha256(content).hexdigest()
        body = b"".join(_form(self._csrf, nominee, iter((content,))))
        start = time.perf_counter()
        status = self._upload(body)
        return Answered(digest, status, time.perf_counter() - start)

    def send_large(self, size: int) -> int:
        """One file in pieces, so that this side does not hold it either."""
        pieces = _form(self._csrf, self.desk.nominees[0], papers.pieces(size))
        with tempfile.TemporaryFile() as file:
            file.writelines(pieces)
            file.seek(0)
            return self._upload(file)

    def _upload(self, body: Any) -> int:
        address = f"{self._address}/dossiers/{self.desk.dossier}/papers/{crowds.REPORT}"
        headers = {"Content-Type": f"multipart/form-data; boundary={_EDGE[2:]}"}
        return self._session.post(address, data=body, headers=headers, allow_redirects=False, timeout=300).status_code

    def _token(self, path: str) -> str:
        answer = self._session.get(self._address + path, timeout=30)
        found = _TOKEN.search(answer.text)
        if found is None:
            raise SystemExit(f"{path} answered {answer.status_code} without a form")
        return unescape(found[1])

    def _post(self, path: str, data: dict[str, str]) -> None:
        self._session.post(self._address + path, data=data, allow_redirects=False, timeout=30).raise_for_status()


def _form(token: str, nominee: UUID, content: Iterator[bytes]) -> Iterator[bytes]:
    for name, value in (("csrf_token", token), ("nominee", str(nominee)), ("note", "")):
        yield f'{_EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    yield f'{_EDGE}\r\nContent-Disposition: form-data; name="file"; filename="bao-cao.pdf"\r\n'.encode()
    yield b"Content-Type: application/pdf\r\n\r\n"
    yield from content
    yield f"\r\n{_EDGE}--\r\n".encode()


def desks(place: Place, number: int) -> list[Desk]:
    """That many units, each with a clerk and a dossier of ten nominees."""
    found = []
    with writing(place.app) as session:
        for _ in range(number):
            dossier, clerk = crowds.a_full_dossier(session, NOMINEES, with_papers=False)
            person = session.get_one(Person, clerk.person_id)
            enter(session, person)
            found.append(Desk(person.email, dossier.id, tuple(each.id for each in dossier.nominees)))
    return found


def measured(place: Place, server: int, given: list[Desk]) -> Iterator[Row]:
    """All that is asked of one server, in this order: idle first, the large file last."""
    clerks = [Clerk(place.address, desk) for desk in given]
    clerks[0].send(0, papers.report())  # the sandbox starts with the first file, and belongs to what is idle later
    yield _idle(server, "idle memory after log-ins and one upload", MOST_IDLE)
    told("uploading with one client, then with eight")
    yield from _rate(place, clerks)
    yield _idle(server, "  memory after the uploads", 0)
    told("uploading 1 GiB")
    yield from _large(clerks[0], server)


def _idle(server: int, name: str, bound: int) -> Row:
    time.sleep(1)
    held = processes.held(processes.family(server))
    figure = f"PSS {held.pss / MB:.0f} MB (RSS {held.rss / MB:.0f} MB; {held.processes} processes)"
    return judged(name, figure, f"PSS ≤ {bound // MB} MB", met=held.pss <= bound) if bound else Row(name, figure)


def _rate(place: Place, clerks: list[Clerk]) -> Iterator[Row]:
    sample = papers.report()
    floor = {threads: floors.durable_writes(place.folder, sample, threads) for threads in (1, CLIENTS)}
    yield Row("floor: 100 KB durable under its digest", f"{floor[1]:.0f}/s alone, {floor[CLIENTS]:.0f}/s by 8 threads")
    alone, rate = _round(clerks[:1])
    yield Row("  upload of 100 KB, 1 client", f"{rate:.1f}/s, {_spread(alone)}", f"{rate / floor[1]:.3f} × floor")
    answers, rate = _round(clerks)
    met = rate >= ENOUGH
    figure = f"{rate:.1f}/s, {_spread(answers)}"
    yield judged(
        f"upload of 100 KB, {CLIENTS} clients", figure, f"≥ {ENOUGH}/s; {rate / floor[CLIENTS]:.3f} × floor", met=met
    )
    lost = _lost(place, [*alone, *answers])
    yield judged(f"… of {len(alone) + len(answers)} uploads lost or refused", str(lost), "0", met=lost == 0)


def _round(clerks: list[Clerk]) -> tuple[list[Answered], float]:
    """Every client sends its files one after the other; the files are made before the clock starts."""
    files = [[papers.report() for _ in range(EACH)] for _ in clerks]
    with ThreadPoolExecutor(len(clerks)) as pool:
        start = time.perf_counter()
        runs = list(
            pool.map(
                lambda pair: [pair[0].send(n, each) for n, each in enumerate(pair[1])], zip(clerks, files, strict=True)
            )
        )
        taken = time.perf_counter() - start
    answers = [answer for run in runs for answer in run]
    return answers, sum(answer.status == 302 for answer in answers) / taken


def _spread(answers: list[Answered]) -> str:
    taken = [answer.seconds for answer in answers]
    return f"p50 {ms(p50(taken))}, p95 {ms(p95(taken))}"


def _lost(place: Place, answers: list[Answered]) -> int:
    """Uploads that were not accepted, or accepted without a row and the very bytes behind it."""
    with place.app.app_context():
        known = set(db.session.scalars(select(Version.digest)))
        db.session.rollback()
    return sum(a.status != 302 or a.digest not in known or not _is_kept(place, a.digest) for a in answers)


def _is_kept(place: Place, digest: str) -> bool:
    storage = place.app.extensions["dms"].desk.storage
    with storage.open(digest) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == digest


def _large(clerk: Clerk, server: int) -> Iterator[Row]:
    """A file of 1 GiB by HTTP: received, hashed and spooled whole, whatever the inspection then says of it."""
    for size in (1 << 30, 200 << 20):
        growth, status, taken = _growth(clerk, server, size)
        said = {302: "accepted and stored", 422: "received, then refused by the inspection"}.get(
            status, f"HTTP {status}"
        )
        yield judged(
            f"upload of {size // MIB:,} MiB: growth of the process",
            f"{growth / MIB:.1f} MiB in {taken:.1f} s; {said}",
            f"< {MOST_GROWTH // MIB} MiB",
            met=growth < MOST_GROWTH,
        )


def _growth(clerk: Clerk, server: int, size: int) -> tuple[int, int, float]:
    """How far the server's own processes rose over where they were; the sandbox's short-lived child is not theirs."""
    watched = processes.family(server)
    before = {each: processes.resident(each) for each in watched}
    for each in watched:
        processes.forget_peak(each)
    start = time.perf_counter()
    status = clerk.send_large(size)
    taken = time.perf_counter() - start
    return sum(max(0, processes.peak(each) - before[each]) for each in watched), status, taken
