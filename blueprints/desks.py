"""What signing works with, made from the settings: for the service, and for the processes that compute batches.

The latter import this module and no web library: each of them is a process of its own in memory.
"""

from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from config import Settings
from dms.db import make_engine
from dms.documents.service import Desk
from dms.signing.batch.crew import Workplace
from dms.signing.keys import CscKeyStore, CscService, KeyKind, KeyRing, KeySource, Pkcs11KeyStore, Pkcs12KeyStore
from dms.signing.pades import AnchorKind, SigningTrust
from dms.signing.service import SigningDesk
from storage.factory import open_storage


def make_desk(settings: Settings) -> SigningDesk:
    """Build store, trust and keys once for a process."""
    work = settings.instance_dir / "work"
    work.mkdir(parents=True, exist_ok=True)
    desk = Desk(storage=open_storage(settings.storage_url, work), workdir=work, upload_limit=settings.upload_limit)
    return SigningDesk(
        desk=desk,
        trust=make_trust(settings),
        keys=make_keys(settings),
        expires_minutes=settings.signature_expires_minutes,
    )


def make_trust(settings: Settings) -> SigningTrust:
    """Both worlds of trust anchors, what only this installation trusts, and how long we wait for the authorities."""
    return SigningTrust.from_files(
        settings.trust_roots,
        settings.trust_intermediates,
        settings.tsa_url,
        sets={AnchorKind.STATE: settings.trust_state, AnchorKind.PUBLIC: settings.trust_public},
        tsa_roots=settings.tsa_roots,
        fetch_timeout=settings.authority_seconds,
        patience=settings.signature_seconds / 2,  # a signature has two halves
        tolerance=timedelta(seconds=settings.tsa_tolerance_seconds),
    )


def make_keys(settings: Settings) -> KeyRing:
    """Every kind of key that the settings name."""
    sources: dict[KeyKind, KeySource] = {
        KeyKind.PKCS12: Pkcs12KeyStore(settings.key_folder, settings.key_passphrase.get_secret_value())
    }
    if settings.pkcs11_library:
        library, token = str(settings.pkcs11_library), settings.pkcs11_token
        sources[KeyKind.PKCS11] = Pkcs11KeyStore(library, token, settings.pkcs11_pin_now)
    if settings.csc_url:
        service = CscService(settings.csc_url, settings.csc_token_now, timeout=settings.csc_timeout_seconds)
        sources[KeyKind.CSC] = CscKeyStore(service)
    return KeyRing(sources)


def make_workplace(settings: Settings) -> Workplace:
    """The same with sessions that only read, for a process that computes."""
    return workplace(make_desk(settings), _reading_engine(settings.database_url))


def workplace(desk: SigningDesk, engine: Engine) -> Workplace:
    """The desk with sessions on ``engine``."""
    return Workplace(desk=desk, reading=lambda: Session(engine))


def _reading_engine(url: str) -> Engine:
    """One connection is enough for a process that does one thing at a time; it never takes SQLite's write lock."""
    return make_engine(url, execution_options={"read_only": True})
