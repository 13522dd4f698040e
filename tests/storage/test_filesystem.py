"""What only the folder of files has to prove."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import BlobTooLarge, StorageError
from storage.filesystem import FilesystemStorage
from storage.fixity import verify
from storage.keys import key_of
from tests.storage.helpers import MIB, BrokenSource, LongSource, all_digests, content, put, some_bytes
from tests.storage.processes import kill_in_the_middle_of_a_put, peak_growth

IN_A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def store(root: Path) -> FilesystemStorage:
    return FilesystemStorage(root)


def left_over(root: Path) -> list[Path]:
    return list((root / "tmp").iterdir())


def damage(path: Path) -> None:
    """Change one byte on the disk, as rot would: same size, same name."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def test_a_blob_is_read_only_and_strangers_cannot_look_into_the_folders(store: FilesystemStorage, root: Path) -> None:
    path = root / key_of(put(store, b"abc").digest)
    assert stat.S_IMODE(path.stat().st_mode) == 0o440
    for folder in (root, root / "tmp", path.parent, path.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) & 0o027 == 0


def test_a_put_leaves_no_temporary_file_whether_it_works_or_not(store: FilesystemStorage, root: Path) -> None:
    put(store, b"abc")
    with pytest.raises(BlobTooLarge):
        store.put(LongSource(100), limit=10)
    with pytest.raises(ConnectionResetError):
        store.put(BrokenSource(MIB))
    assert left_over(root) == []


def test_a_writer_killed_in_the_middle_leaves_no_blob_and_the_sweep_cleans_up(
    store: FilesystemStorage, root: Path, tmp_path: Path
) -> None:
    kill_in_the_middle_of_a_put(root.as_uri(), tmp_path)
    assert all_digests(store) == set()
    assert len(left_over(root)) == 1
    assert store.sweep(datetime.now(UTC) + IN_A_MINUTE) == 1
    assert left_over(root) == []


def test_the_sweep_spares_young_files_and_blobs(store: FilesystemStorage, root: Path) -> None:
    blob = put(store, b"abc")
    (root / "tmp" / "arriving").write_bytes(b"half")
    assert store.sweep(datetime.now(UTC) - IN_A_MINUTE) == 0
    assert len(left_over(root)) == 1
    assert store.sweep(datetime.now(UTC) + IN_A_MINUTE) == 1
    assert content(store, blob) == b"abc"


def test_one_changed_byte_on_the_disk_is_noticed(store: FilesystemStorage, root: Path) -> None:
    spoilt, whole = put(store, some_bytes(3 * MIB)), put(store, b"whole")
    damage(root / key_of(spoilt.digest))
    assert store.stat(spoilt.digest) == spoilt, "the size alone tells nothing"
    assert not verify(store, spoilt.digest)
    assert verify(store, whole.digest)


def test_putting_the_bytes_again_heals_a_spoilt_blob(store: FilesystemStorage, root: Path) -> None:
    data = some_bytes(1000)
    blob = put(store, data)
    damage(root / key_of(blob.digest))
    put(store, data)
    assert content(store, blob) == data


def test_a_reader_keeps_its_bytes_while_the_blob_is_deleted(store: FilesystemStorage) -> None:
    data = some_bytes(MIB)
    blob = put(store, data)
    with store.open(blob.digest) as stream:
        start = stream.read(100)
        store.delete(blob.digest)
        assert start + stream.read() == data


def test_strange_files_in_the_folder_are_not_listed(store: FilesystemStorage, root: Path) -> None:
    blob = put(store, b"abc")
    (root / "README").write_text("not a blob")
    (root / "tmp" / ("0" * 64)).write_text("not a blob either")
    astray = root / "00" / "11" / ("f" * 64)
    astray.parent.mkdir(parents=True)
    astray.write_text("a digest in the wrong folder")
    assert all_digests(store) == {blob.digest}


def test_a_disk_that_refuses_is_a_storage_error(store: FilesystemStorage, root: Path) -> None:
    (root / "tmp").rmdir()  # root may write anywhere, so permissions would prove nothing here
    with pytest.raises(StorageError, match="the disk refused"):
        put(store, b"abc")
    (root / "tmp").write_text("in the way")
    with pytest.raises(StorageError, match="the disk refused"):
        FilesystemStorage(root)


def test_a_disk_that_gives_back_other_bytes_is_caught_before_the_answer(
    store: FilesystemStorage, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No disk goes wrong on demand, so the fault is made at the last moment before the bytes are read back."""
    sync = os.fsync

    def sync_and_spoil(descriptor: int) -> None:
        sync(descriptor)
        os.pwrite(descriptor, b"?", 0)

    monkeypatch.setattr("storage.filesystem.os.fsync", sync_and_spoil)
    with pytest.raises(StorageError, match="other bytes"):
        put(store, b"abc")
    assert all_digests(store) == set()
    assert left_over(root) == []


def test_two_hundred_mebibytes_pass_through_a_small_memory(root: Path, tmp_path: Path) -> None:
    assert peak_growth(root.as_uri(), tmp_path, 200) < 64 * MIB
