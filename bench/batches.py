"""A batch of signatures through the whole service, against plain pyHanko: the obvious way, and with everything shared.

* *obvious*: for each document the key file opened, a new validation context, a new time-stamp client (SimpleSigner).
* *floor*: key, context and client shared, one process. It neither stores nor validates nor records what it signs.
* ours: what the runner of the service does with a started batch, rows, store and validation of each result included.

The processes are warm: they start once and stay while batches come. The demo authority runs on the same cores and
parses its key for each stamp; ``bench.quick_tsa`` shows what the same batch does with an authority in another house.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import select

from bench import papers, processes
from bench.figures import Row, in_turns, judged, ms, p50, seconds, told
from bench.place import SIGNER, Place
from bench.signing import plain_way
from bench.signing_service import Department
from blueprints import desks
from blueprints.batch_runner import BatchRunner
from blueprints.extensions import db
from blueprints.web import Tools, transaction
from config import Settings
from dms import clock
from dms.documents import service as documents
from dms.signing import pades
from dms.signing.batch import service
from dms.signing.batch.models import BatchState, SigningBatch
from dms.signing.keys import Pkcs12Key, Pkcs12KeyStore
from dms.signing.models import SigningRoute
from dms.signing.pades.appearance import StampStyle
from dms.signing.pades.authorities import addresses
from dms.signing.pades.trust import SigningTrust
from scripts import run

TIMES_OBVIOUS = 6.0
TIMES_FLOOR = 1.2
TIMES_ONE_PROCESS = 1.7
OWN_WORK = 0.030
LARGE, GROWTH = 200 << 20, 80 << 20
FAR_AWAY = 40  # milliseconds to an authority in another house
PLAIN_ROUNDS = 30


def measured(place: Place, size: int) -> Iterator[Row]:
    tools: Tools = place.app.extensions["dms"]
    with place.app.app_context():
        department = Department(place.app, tools, place.folder)
        yield from _against_plain(place, department, size)
        yield from _scaling(place, department, size)
        yield _own_work(place, department)
        yield _large(place, department)


def _settings(place: Place) -> Settings:
    settings: Settings = place.app.extensions["dms"].settings
    return settings


# --- a batch against plain pyHanko


def _against_plain(place: Place, department: Department, size: int) -> Iterator[Row]:
    route = department.route()
    letter = _letter(place, route)
    field = route.steps[0].field_name or ""
    stamp = department.stamp(route)
    obvious = _median(_obvious_way(place, letter, field, stamp))
    settings, trust = _settings(place), place.app.extensions["dms"].signing.trust
    floor = _median(plain_way(letter, field, department.key(), trust=trust, tsa_url=settings.tsa_url, stamp=stamp))
    with _runner(place.app, settings, os.cpu_count() or 1) as runner:
        took = _batch(runner, department, size) / size
    yield judged(
        f"batch of {size} signatures through the service, each",
        f"{ms(took)}; plain pyHanko the obvious way {ms(obvious)}",
        f"{obvious / took:.1f} × as fast (≥ {TIMES_OBVIOUS:.0f})",
        met=obvious / took >= TIMES_OBVIOUS,
    )
    yield judged(
        "… against pyHanko with everything shared, one process, nothing stored or validated",
        f"{ms(took)}; floor {ms(floor)}",
        f"{took / floor:.2f} × the floor (≤ {TIMES_FLOOR})",
        met=took / floor <= TIMES_FLOOR,
    )


def _median(way: Callable[[], None]) -> float:
    for _ in range(2):
        way()
    return p50([seconds(way) for _ in range(PLAIN_ROUNDS)])


def _letter(place: Place, route: SigningRoute) -> Path:
    letter = place.folder / "batch-letter.pdf"
    with documents.local_copy(place.app.extensions["dms"].desk, route.version) as copy:
        letter.write_bytes(copy.read_bytes())
    return letter


def _obvious_way(place: Place, letter: Path, field: str, stamp: pades.Stamp) -> Callable[[], None]:
    """What the first page of pyHanko's documentation leads to, for each document anew."""
    settings, trust = _settings(place), place.app.extensions["dms"].signing.trust
    passphrase = settings.key_passphrase.get_secret_value().encode()
    target = letter.with_name("obviously-signed.pdf")

    def way() -> None:
        signer = SimpleSigner.load_pkcs12(str(settings.key_folder / f"{SIGNER}.p12"), passphrase=passphrase)
        context = ValidationContext(
            trust_roots=list(trust.roots),
            other_certs=list(trust.intermediates),
            allow_fetching=True,
            revocation_mode="hard-fail",
        )
        meta = PdfSignatureMetadata(
            field_name=field,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            embed_validation_info=True,
            validation_context=context,
        )
        authority = HTTPTimeStamper(addresses(settings.tsa_url)[0].url)
        maker = PdfSigner(meta, signer=signer, timestamper=authority, stamp_style=StampStyle(stamp=stamp))
        with letter.open("rb") as source, target.open("wb") as output:
            maker.sign_pdf(IncrementalPdfFileWriter(source), output=output)

    return way


@contextmanager
def _runner(app: Flask, settings: Settings, size: int) -> Iterator[BatchRunner]:
    """The runner of the service with so many processes, warmed up by nobody yet."""
    tools: Tools = app.extensions["dms"]
    given = settings.model_copy(update={"signing_processes": size})
    runner = BatchRunner(app, given, tools.signing)
    try:
        yield runner
    finally:
        runner.close()


def _batch(runner: BatchRunner, department: Department, size: int) -> float:
    """Seconds of one batch, after a small one that starts the processes; every document must be signed."""
    told(f"a batch of {size}")
    _work(runner, department, 8)
    return _work(runner, department, size)


def _work(runner: BatchRunner, department: Department, size: int) -> float:
    steps = [department.route().steps[0].id for _ in range(size)]
    with transaction() as session:
        now = clock.now()
        batch = service.open_batch(session, steps, by=department.by, now=now)
        chosen = [item.id for item in batch.items]
        batch_id = service.start(session, batch.id, chosen=chosen, by=department.by, now=now).id
    took = seconds(runner.run_waiting)
    db.session().expire_all()
    done = db.session().scalars(select(SigningBatch).where(SigningBatch.id == batch_id)).one()
    signed = sum(item.signed_at is not None for item in done.items)
    if (done.state, signed) != (BatchState.DONE, size):
        raise SystemExit(f"The batch ended as {done.state} with {signed} of {size}: {done.stopped_code}")
    db.session().rollback()
    return took


# --- one process and two


def _scaling(place: Place, department: Department, size: int) -> Iterator[Row]:
    count, settings = size // 2, _settings(place)
    one, two = _one_and_two(place, department, settings, count)
    yield Row(
        "batch with the demo authority on the same cores, 1 and 2 processes, each",
        f"{ms(one)} and {ms(two)}",
        f"{one / two:.2f} × as fast",
    )
    with _far_authority(place) as address:
        far = settings.model_copy(update={"tsa_url": address})
        one, two = _one_and_two(place, department, far, count)
    yield judged(
        f"batch with a time-stamping authority {FAR_AWAY} ms away, 1 and 2 processes, each",
        f"{ms(one)} and {ms(two)}",
        f"{one / two:.2f} × as fast (≥ {TIMES_ONE_PROCESS})",
        met=one / two >= TIMES_ONE_PROCESS,
    )


def _one_and_two(place: Place, department: Department, settings: Settings, count: int) -> tuple[float, float]:
    """Seconds for each document of a batch with one process and with two."""
    took = []
    for size in (1, 2):
        with _processes(place, settings, size) as runner:
            took.append(_batch(runner, department, count) / count)
    return took[0], took[1]


@contextmanager
def _processes(place: Place, settings: Settings, size: int) -> Iterator[BatchRunner]:
    """So many real processes, where the service itself would do without any."""
    with _runner(place.app, settings, max(size, 2)) as runner:
        runner._crew.size = size  # noqa: SLF001  (a process of its own even where there is only one)
        yield runner


@contextmanager
def _far_authority(place: Place) -> Iterator[str]:
    port = run.a_free_port()
    with run.Children(place.environment) as children:
        folder = str(place.folder / "pki")
        children.start(sys.executable, "-m", "bench.quick_tsa", folder, str(port), str(FAR_AWAY))
        children.wait_for(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/"


# --- our own work, and a large file


def _own_work(place: Place, department: Department) -> Row:
    """Without a time-stamping authority there is nothing but our own work: B-B, and its proof in the same update."""
    route = department.route()
    letter = _letter(place, route)
    sign = _halves(letter, route.steps[0].field_name or "", _key(_settings(place)), _no_authority(place))
    (times,) = in_turns(PLAIN_ROUNDS, sign)
    return judged(
        f"own work of a B-B signature on {letter.stat().st_size >> 10} KiB: CPU of prepare + finish",
        f"{ms(p50(times.cpu))} (by the clock {ms(p50(times.wall))})",
        f"≤ {OWN_WORK * 1000:.0f} ms",
        met=p50(times.cpu) <= OWN_WORK,
    )


def _key(settings: Settings) -> Pkcs12Key:
    return Pkcs12KeyStore(settings.key_folder, settings.key_passphrase.get_secret_value()).get(SIGNER)


def _no_authority(place: Place) -> SigningTrust:
    return desks.make_trust(_settings(place).model_copy(update={"tsa_url": "http://127.0.0.1:9/tsa"}))


def _halves(letter: Path, field: str, key: Pkcs12Key, trust: SigningTrust) -> Callable[[], None]:
    target = letter.with_name("halves.pdf")

    def sign() -> None:
        prepared = pades.prepare(
            letter,
            target,
            field=field,
            certificate_der=key.certificate,
            chain_der=key.chain,
            trust=trust,
            stamp_may_follow=True,
        )
        pades.finish(target, prepared, key.sign(prepared.signed_attributes), trust, stamp_may_follow=True)

    return sign


def _large(place: Place, department: Department) -> Row:
    """The most that a process of its own held while it signed, over what it held before."""
    paper = place.folder / "large.pdf"
    with paper.open("wb") as file:
        file.writelines(papers.pieces(LARGE))
    fielded = paper.with_name("large-fielded.pdf")
    pades.add_fields(paper, fielded, [pades.FieldSpec("head", pades.FieldKind.SIGNATURE, 0, (330, 80, 500, 150))])
    small = _letter(place, department.route())
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        took, growth = pool.apply(_grown, (_settings(place), small, fielded))
    return judged(
        f"signature on {LARGE >> 20} MiB, in place on a copy: growth of the process",
        f"{growth / processes.MIB:.1f} MiB in {took:.1f} s",
        f"< {GROWTH >> 20} MiB",
        met=growth < GROWTH,
    )


def _grown(settings: Settings, small: Path, large: Path) -> tuple[float, int]:
    """Sign a letter, so that everything is loaded, then the large file: seconds, and bytes more than before."""
    held = _key(settings)
    trust = desks.make_trust(settings)
    field = pades.inspect_fields(small).signature_fields[0]
    _halves(small, field, held, trust)()
    processes.forget_peak(os.getpid())
    before = processes.resident(os.getpid())
    took = seconds(_halves(large, "head", held, trust))
    return took, processes.peak(os.getpid()) - before
