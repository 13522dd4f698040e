"""What the doctor checks of the installation itself: tables, settings, folders, programs, the authority."""

import os
import shutil
import stat
from collections.abc import Callable, Generator, Mapping
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from blueprints.extensions import db
from blueprints.operations import NO_BLOB
from blueprints.web import tools
from config import Settings
from dms import clock
from dms.documents import confinement, conversion, sandbox
from dms.errors import DomainError
from dms.signing import pades
from dms.upkeep.model import Check, Examined, Gravity, Trouble, Ward, examine
from storage import BlobMissing, StorageError

ROOT_WARNING = timedelta(days=90)
LEAST_FREE = 2 << 30  # bytes; below this a disk is nearly full
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_PASS = stat.S_IXGRP | stat.S_IXOTH


def migrations(ward: Ward) -> Generator[Trouble | None]:
    """The tables are those of the newest migration."""
    connection = ward.session.connection()
    present = MigrationContext.configure(connection).get_current_revision()
    config = current_app.extensions["migrate"].migrate.get_config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    told = {"present": present or "–", "newest": newest or "–"}
    yield Trouble("migrations_behind", Gravity.ERROR, told) if present != newest else None


def store(ward: Ward) -> Generator[Trouble | None]:
    """The store answers."""
    try:
        ward.desk.desk.storage.stat(NO_BLOB)
    except BlobMissing:
        yield None
    except (StorageError, OSError) as error:
        yield Trouble("store_down", Gravity.ERROR, {"error": str(error)})


def keys(_ward: Ward) -> Generator[Trouble | None]:
    """The folder of keys is there, and nobody but the service may look into it or into its files."""
    folder = tools().settings.key_folder.absolute()
    if not folder.is_dir():
        yield Trouble("key_folder_missing", Gravity.WARNING, {"path": str(folder)})
        return
    for path in (folder, *sorted(folder.glob("*.p12"))):
        yield _open_to_others(path) if _is_within_reach(folder) else None


def _open_to_others(path: Path) -> Trouble | None:
    mode = stat.S_IMODE(path.stat().st_mode)
    told = {"path": str(path), "mode": f"{mode:04o}"}
    return Trouble("key_open_to_others", Gravity.ERROR, told) if mode & _OTHERS else None


def _is_within_reach(folder: Path) -> bool:
    """Whether others can come as far as the folder: every folder above it lets them through."""
    return all(above.stat().st_mode & _PASS for above in folder.parents)


def roots(_ward: Ward) -> Generator[Trouble | None]:
    """The roots that signatures must lead to are valid, and stay so for a while."""
    now = clock.now()
    for certificate in tools().signing.trust.all_roots:
        left = certificate.not_valid_after - now
        told = {"name": certificate.subject.human_friendly, "day": certificate.not_valid_after.date()}
        if left <= timedelta():
            yield Trouble("root_expired", Gravity.ERROR, told)
        else:
            yield Trouble("root_expires_soon", Gravity.WARNING, told) if left < ROOT_WARNING else None


def timestamps(ward: Ward) -> Generator[Trouble | None]:
    """The time-stamping authority gives a time stamp: without one nobody can sign."""
    try:
        pades.ensure_time_stamps(ward.desk.trust)
    except DomainError:
        yield Trouble("timestamps_down", Gravity.ERROR, {"url": tools().settings.shown("tsa_url")})
    else:
        yield None


def programs(_ward: Ward) -> Generator[Trouble | None]:
    """LibreOffice is there, and untrusted files can be shut in as they should."""
    yield None if conversion.is_available() else Trouble("converter_missing", Gravity.WARNING)
    try:
        walls = sandbox.run("dms.documents.confinement:walls", returns=confinement.Walls)
    except DomainError as error:
        yield Trouble("sandbox_down", Gravity.ERROR, {"error": error.code})
        return
    for name, stands in (("files", walls.files), ("network", walls.network)):
        yield None if stands else Trouble(f"wall_missing_{name}", Gravity.WARNING)


def disk(_ward: Ward) -> Generator[Trouble | None]:
    """There is room where the service writes, and it may write there."""
    folder = tools().settings.instance_dir
    free = shutil.disk_usage(folder).free
    told = {"path": str(folder), "bytes": free}
    yield Trouble("disk_nearly_full", Gravity.WARNING, told) if free < LEAST_FREE else None
    may_write = os.access(folder, os.W_OK | os.X_OK)
    yield None if may_write else Trouble("instance_not_writable", Gravity.ERROR, {"path": str(folder)})


def settings(_ward: Ward) -> Generator[Trouble | None]:
    """Settings that are possible each by itself and wrong together."""
    found = tools().settings
    for code, gravity, is_wrong in _UNFIT:
        yield Trouble(code, gravity, {"url": found.base_url}) if is_wrong(found) else None


def _is_local(found: Settings) -> bool:
    host = urlsplit(found.base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_UNFIT: tuple[tuple[str, Gravity, Callable[[Settings], bool]], ...] = (
    ("demo_on", Gravity.NOTE, lambda found: found.demo),
    ("base_url_local", Gravity.WARNING, lambda found: _is_local(found) and not found.demo),
    ("cookies_insecure", Gravity.ERROR, lambda found: not found.secure_cookies and not _is_local(found)),
    ("base_url_plain", Gravity.WARNING, lambda found: found.secure_cookies and found.base_url.startswith("http:")),
)

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "migrations": migrations,
        "store": store,
        "settings": settings,
        "keys": keys,
        "roots": roots,
        "timestamps": timestamps,
        "programs": programs,
        "disk": disk,
    }
)


def run() -> list[Examined]:
    """Run every check of the installation; a check that cannot even be made is a trouble of its own."""
    ward = Ward(db.session(), tools().signing, clock.now())
    return [_run(name, check, ward) for name, check in CHECKS.items()]


def _run(name: str, check: Check, ward: Ward) -> Examined:
    try:
        return examine(name, check, ward)
    except (OSError, ValueError) as error:
        failed = Trouble("check_failed", Gravity.ERROR, {"check": name, "error": str(error)})
        return Examined(name, 1, (failed,), is_whole=True)
