"""Blobs as files in a folder: the embedded default. One file system, so that a rename is atomic."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from storage import Blob, BlobMissing, Digest, StorageError
from storage.keys import digest_of, key_of
from storage.streams import copy_hashed, disk_errors, ensure_range, hash_of, windowed

_FILE_MODE = 0o440  # a blob is never written again, not even by us
_FOLDER_MODE = 0o750


class FilesystemStorage:
    """Keeps blobs under ``root``; ``root/tmp`` holds what is being received and nothing else."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._temporaries = self._root / "tmp"
        self._known: set[Path] = set()  # folders whose own name is on the disk for good: none is ever removed
        with disk_errors():
            self._root.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            self._temporaries.mkdir(mode=_FOLDER_MODE, exist_ok=True)

    def __repr__(self) -> str:
        return f"FilesystemStorage({self._root})"

    def put(self, source: BinaryIO, *, limit: int | None = None) -> Blob:
        """See Storage.put. Durable means: file and folders are fsynced before the answer."""
        with self._temporary() as (path, file):
            blob = copy_hashed(source, file, limit)
            with disk_errors():
                _make_durable(file)
                _ensure_unchanged(path, blob.digest)
                self._publish(path, blob.digest)
        return blob

    def open(self, digest: Digest, start: int = 0, length: int | None = None) -> BinaryIO:
        """See Storage.open. A start past the end gives an empty stream."""
        ensure_range(start, length)
        path = self._path(digest)
        with _errors_about(digest):
            file = path.open("rb", buffering=0)
            file.seek(start)
        return windowed(file, length=length, wall=disk_errors)

    def stat(self, digest: Digest) -> Blob:
        """See Storage.stat."""
        path = self._path(digest)
        with _errors_about(digest):
            found = path.stat()
        return Blob(digest, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def delete(self, digest: Digest, *, stored_before: datetime | None = None) -> bool:
        """See Storage.delete. The folders stay: removing them would race with a writer."""
        path = self._path(digest)
        with disk_errors(), suppress(FileNotFoundError):
            if stored_before is None:
                path.unlink()
            elif not self._remove_old(path, stored_before):
                return False
            _sync_folder(path.parent)
            return True
        return False

    def digests(self) -> Iterator[Digest]:
        """See Storage.digests. Anything in the folder that is not a blob of ours is passed over."""
        with disk_errors():
            for folder, _, names in os.walk(self._root, onerror=_stop):
                keys = ((Path(folder) / name).relative_to(self._root).as_posix() for name in names)
                yield from filter(None, map(digest_of, keys))

    def sweep(self, older_than: datetime) -> int:
        """Remove what crashed writers left and return how many.

        ``older_than`` is an aware instant, earlier than the last byte of any living upload: a day ago is safe. A living
        writer whose file is swept fails with StorageError and stores nothing.
        """
        with disk_errors():
            return sum(_remove_if_older(path, older_than.timestamp()) for path in self._temporaries.iterdir())

    def _path(self, digest: Digest) -> Path:
        return self._root / key_of(digest)

    @contextmanager
    def _temporary(self) -> Iterator[tuple[Path, BinaryIO]]:
        with disk_errors():
            descriptor, name = tempfile.mkstemp(dir=self._temporaries)
        path, file = Path(name), os.fdopen(descriptor, "wb")
        try:
            yield path, file
        finally:
            with disk_errors():
                path.unlink(missing_ok=True)  # already renamed if all went well
                file.close()  # on a full disk this fails again

    def _remove_old(self, path: Path, limit: datetime) -> bool:
        """Remove the file unless it was written at ``limit`` or later.

        It is taken aside first: whoever puts the same bytes at this very moment either made the file that we then hold,
        and it goes back, or makes another, which stays.
        """
        if _written_at(path) >= limit:
            return False
        aside = path.rename(self._temporaries / f"{path.name}-swept")
        renewed = _written_at(aside) >= limit
        if renewed:
            with suppress(FileExistsError):
                path.hardlink_to(aside)
        aside.unlink()
        return not renewed

    def _publish(self, temporary: Path, digest: Digest) -> None:
        """Give the file its name in one step.

        Replacing is safe because a name allows one content only. A second writer of the same bytes wins nothing and
        loses nothing, readers keep the file they opened, and a copy that rotted on the disk is healed.
        """
        path = self._path(digest)
        self._make_known(path.parent.parent)
        self._make_known(path.parent)
        temporary.replace(path)
        _sync_folder(path.parent)

    def _make_known(self, folder: Path) -> None:
        """Have ``folder`` and, on the disk, its name in the folder above.

        That it exists is not enough: another writer may have made it a moment ago and not yet synced the one above.
        """
        if folder not in self._known:
            folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
            _sync_folder(folder.parent)
            self._known.add(folder)


def _make_durable(file: BinaryIO) -> None:
    os.fchmod(file.fileno(), _FILE_MODE)
    os.fsync(file.fileno())
    # Asks the kernel to forget its copy, so that the next read has to come from the disk.
    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _ensure_unchanged(path: Path, digest: Digest) -> None:
    """Raise StorageError unless the file reads back as what was received.

    This proves that every byte we hashed reached the file, in order, and that the file system gives it back; it finds
    a short write, a bug of ours or of the file system, a bad block. The pages were dropped from memory, so the bytes
    come from the device where the kernel follows that advice. A drive that answers from a cache of its own, and rot in
    years to come, are beyond it: for the second there is storage.fixity.
    """
    with path.open("rb") as file:
        if hash_of(file) != digest:
            raise StorageError("the disk gave back other bytes than it was given")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _written_at(path: Path) -> datetime:
    """As ``stat`` tells it: rounded to microseconds, so that an instant it told is never taken for an earlier one."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _remove_if_older(path: Path, instant: float) -> bool:
    try:
        if path.stat().st_mtime >= instant:
            return False
        path.unlink()
    except FileNotFoundError:  # its writer has just finished
        return False
    return True


@contextmanager
def _errors_about(digest: Digest) -> Iterator[None]:
    with disk_errors():
        try:
            yield
        except FileNotFoundError as error:
            raise BlobMissing(digest) from error


def _stop(error: OSError) -> None:
    """Keep os.walk from passing over a folder it cannot read: a listing is whole or it fails."""
    raise error
