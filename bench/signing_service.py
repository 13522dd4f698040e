"""One signature through the whole service: what the page's button does, against the same plain pyHanko call.

Beside the two cryptographic halves the service reads the version from the store, keeps the prepared and the signed
file durably (written, fsynced, read back), validates the whole result, and writes version, signature, step, check,
audit events and outbox in two transactions. The second ratio is to a plain call that does the bare minimum of that:
sign, validate the result once, keep two files durably.
"""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from cryptography.hazmat.primitives.serialization import pkcs12
from flask import Flask
from sqlalchemy import select

from bench import papers
from bench.figures import Row, calm_ratios, in_turns, ms, p50, ratio
from bench.place import SIGNER, Place
from bench.signing import PlainKey, plain_way
from blueprints.extensions import db
from blueprints.web import Tools, transaction
from dms import clock
from dms.audit import Trail
from dms.campaigns.vocabulary import Side
from dms.documents import service as documents
from dms.documents.models import DocumentKind, Origin
from dms.people import service as people
from dms.people.models import Person, Unit
from dms.policy import SYSTEM, Actor
from dms.signing import pades, placement, signatures, stamps
from dms.signing.keys import KeyKind
from dms.signing.models import SigningRoute
from dms.signing.service import RoutePlan
from tests.dms.signing import office


def measured(place: Place, rounds: int) -> list[Row]:
    tools: Tools = place.app.extensions["dms"]
    with place.app.app_context():
        bench = Department(place.app, tools, place.folder)
        size = bench.size >> 10
        routes = iter([bench.route() for _ in range(rounds + 3)])
        plain, whole = bench.plain(bench.route())
        alone, same, ours = in_turns(rounds, plain, whole, lambda: bench.sign(next(routes)))
    return [
        Row(
            f"sign {size} KiB through the service: store, validation, records included",
            f"{ms(p50(ours.wall))}; plain pyHanko {ms(p50(alone.wall))}",
            f"{ratio(ours, alone):.2f} × plain ({calm_ratios(ours, alone)})",
        ),
        Row(
            "… against plain sign + validate + two durable files",
            f"{ms(p50(ours.wall))}; plain {ms(p50(same.wall))}",
            f"{ratio(ours, same):.2f} × the same work ({calm_ratios(ours, same)})",
        ),
    ]


class Department:
    """The department of the demo whose head signs papers of 100 KB."""

    def __init__(self, app: Flask, tools: Tools, folder: Path) -> None:
        self._app, self._tools, self._folder = app, tools, folder
        self._paper = _paper()
        session = db.session()
        self.unit_id = session.scalars(select(Unit.id).where(Unit.code == "so-gddt")).one()
        person = session.scalars(select(Person.id).where(Person.email.startswith(f"{SIGNER}@"))).one()
        self.by: Actor = people.actor_of(session, person, clock.day_of(clock.now()))
        session.rollback()

    @property
    def size(self) -> int:
        """Bytes of the paper."""
        return len(self._paper)

    def route(self) -> SigningRoute:
        """A new paper that waits for the head."""
        intake = documents.receive(self._tools.desk, BytesIO(self._paper), filename="to-trinh.pdf")
        with transaction() as session:
            document = documents.create_document(
                session, unit_id=self.unit_id, kind=DocumentKind.SUBMISSION_LETTER, title="Tờ trình"
            )
            act = {"trail": Trail("document", document.id), "by": SYSTEM, "now": clock.now()}
            documents.add_version(session, document.id, intake, origin=Origin.UPLOADED, **act)
            plan = RoutePlan(
                title="Tờ trình", stages=office.HEAD_ONLY, units={Side.OWN: self.unit_id}, trail=act["trail"]
            )
            return placement.start(session, self._tools.signing, document, plan, by=SYSTEM, now=clock.now())

    def sign(self, route: SigningRoute) -> None:
        """Exactly what the view calls."""
        session, step = db.session(), route.steps[0]
        shown = route.version.digest
        signatures.sign_with_server_key(
            session, transaction, self._tools.signing, step.id, shown_digest=shown, by=self.by, now=clock.now()
        )

    def plain(self, route: SigningRoute) -> tuple[Callable[[], None], Callable[[], None]]:
        """The plain call on the same file with the same field, key and stamp; alone, and with its bare necessities."""
        letter, desk, trust = self._folder / "letter.pdf", self._tools.desk, self._tools.signing.trust
        with documents.local_copy(desk, route.version) as copy:
            letter.write_bytes(copy.read_bytes())
        step = route.steps[0]
        tsa_url, stamp = self._tools.settings.tsa_url, self.stamp(route)
        sign = plain_way(letter, step.field_name or "", self.key(), trust=trust, tsa_url=tsa_url, stamp=stamp)
        target = letter.with_name("plain-signed.pdf")

        def whole() -> None:
            sign()
            pades.validate(target, trust=trust)
            for path in (letter, target):
                with path.open("rb") as source:
                    desk.storage.put(source)

        return sign, whole

    def key(self) -> PlainKey:
        settings = self._tools.settings
        content = (settings.key_folder / f"{SIGNER}.p12").read_bytes()
        bundle = pkcs12.load_pkcs12(content, settings.key_passphrase.get_secret_value().encode())
        held = self._tools.signing.keys.held(KeyKind.PKCS12, SIGNER)
        return PlainKey(bundle.key, held.certificate, held.chain)

    def stamp(self, route: SigningRoute) -> pades.Stamp:
        session, step = db.session(), route.steps[0]
        seat = signatures.service.ensure_turn(session, step, by=self.by, now=clock.now())
        key = signatures.key_for(session, step, seat, now=clock.now())
        return stamps.stamp_for(session, self._tools.signing, step, seat, key=key, now=clock.now())


def _paper() -> bytes:
    """A letter of about 100 KB that is signed on its last page."""
    names = {"signer": "Nguyễn Thị Thuỳ Dương", "title": "GIÁM ĐỐC"}
    opening = "Sở Nội vụ kính trình"
    return papers.typeset((office.LETTER % names).replace(opening, f"{papers.prose()}{opening}"))
