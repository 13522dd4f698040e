"""What every store promises, whatever it is made of."""

import io
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import BlobMissing, BlobTooLarge, Storage, StorageError
from storage.fixity import verify
from tests.storage.helpers import MIB, BrokenSource, LongSource, all_digests, blob_of, content, put, some_bytes

ABSENT = "0" * 64
HOSTILE = [
    "",
    "../../../etc/passwd",
    "ab/cd/" + "a" * 64,
    "A" * 64,
    "a" * 63,
    "a" * 65,
    "a" * 64 + "\n",
    "a" * 62 + "/.",
    "g" * 64,
    "\uff41" * 64,  # a wide letter, a digit of hexadecimal nowhere but to careless eyes
    "\u0661" * 64,  # a digit to str.isdigit
    "%2e%2e%2f" + "a" * 55,
    "a" * 63 + "\0",
]


@pytest.mark.parametrize("size", [0, 1, 100 * 1024, 5 * MIB, 70 * MIB], ids=["0", "1", "100K", "5M", "70M"])
def test_what_was_put_comes_back_with_its_digest_and_size(storage: Storage, size: int) -> None:
    data = some_bytes(size)
    blob = put(storage, data)
    assert blob == blob_of(data)
    assert storage.stat(blob.digest) == blob
    assert content(storage, blob) == data
    assert all_digests(storage) == {blob.digest}
    assert verify(storage, blob.digest)


@pytest.mark.parametrize(
    ("start", "length"),
    [
        (0, 1),
        (0, 1000),
        (1, None),
        (999, 1),
        (999, None),
        (500, 100),
        (990, 100),
        (0, 0),
        (7, 0),
        (1000, 5),
        (5000, None),
    ],
)
def test_a_range_is_exactly_the_bytes_asked_for(storage: Storage, start: int, length: int | None) -> None:
    data = some_bytes(1000)
    blob = put(storage, data)
    end = None if length is None else start + length
    assert content(storage, blob, start, length) == data[start:end]


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_ranges_of_a_large_blob_cross_its_inner_seams(storage: Storage) -> None:
    data = some_bytes(70 * MIB)
    blob = put(storage, data)
    for seam in (8 * MIB, 16 * MIB, 64 * MIB):
        assert content(storage, blob, seam - 10, 20) == data[seam - 10 : seam + 10]
    assert content(storage, blob, 70 * MIB - 5) == data[-5:]


@pytest.mark.parametrize(("start", "length"), [(-1, None), (0, -1)])
def test_a_range_that_cannot_be_is_refused(storage: Storage, start: int, length: int | None) -> None:
    blob = put(storage, b"abc")
    with pytest.raises(ValueError, match="range"):
        storage.open(blob.digest, start, length)


def test_an_opened_blob_can_be_read_little_by_little_and_left_early(storage: Storage) -> None:
    data = some_bytes(3 * MIB)
    blob = put(storage, data)
    with storage.open(blob.digest) as stream:
        assert stream.read(10) == data[:10]
        assert stream.read(70_000) == data[10:70_010]
    assert content(storage, blob) == data


def test_streams_that_were_left_early_hold_nothing_open(storage: Storage) -> None:
    blob = put(storage, some_bytes(3 * MIB))
    before = open_descriptors()
    left = [storage.open(blob.digest) for _ in range(20)]
    assert open_descriptors() >= before + 20 - 2, "a connection or two may come from the pool"
    for stream in left:
        stream.read(10)
        stream.close()
    assert open_descriptors() <= before + 2


def test_an_opened_blob_behaves_alike_in_every_store(storage: Storage) -> None:
    blob = put(storage, b"line one\nline two\n")
    with storage.open(blob.digest) as stream:
        assert stream.readable()
        assert not stream.seekable()
        assert list(stream) == [b"line one\n", b"line two\n"]
    assert stream.closed


def test_a_blob_that_is_not_there_is_said_to_be_missing(storage: Storage) -> None:
    for ask in (storage.stat, storage.open, lambda digest: storage.open(digest, 3, 0), lambda d: verify(storage, d)):
        with pytest.raises(BlobMissing):
            ask(ABSENT)


@pytest.mark.parametrize("digest", HOSTILE)
def test_anything_but_a_digest_is_refused(storage: Storage, digest: str) -> None:
    for use in (storage.stat, storage.open, storage.delete):
        with pytest.raises(ValueError, match="64 lower-case"):
            use(digest)


def test_the_same_bytes_twice_are_one_blob(storage: Storage) -> None:
    data = some_bytes(1000)
    assert put(storage, data) == put(storage, data)
    assert all_digests(storage) == {blob_of(data).digest}


def test_eight_writers_of_the_same_bytes_all_succeed(storage: Storage) -> None:
    data = some_bytes(300_000)
    together = threading.Barrier(8)

    def write(_: int) -> object:
        together.wait()
        return put(storage, data)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(8))) == [blob_of(data)] * 8
    assert all_digests(storage) == {blob_of(data).digest}
    assert content(storage, blob_of(data)) == data


def test_eight_writers_of_different_bytes_do_not_mix_them_up(storage: Storage) -> None:
    pieces = [some_bytes(200_000, seed) for seed in range(8)]
    with ThreadPoolExecutor(8) as pool:
        blobs = list(pool.map(lambda data: put(storage, data), pieces))
    assert [content(storage, blob) for blob in blobs] == pieces


def test_a_source_of_exactly_the_limit_is_taken(storage: Storage) -> None:
    assert storage.put(io.BytesIO(b"12345"), limit=5).size == 5


@pytest.mark.parametrize(("size", "limit"), [(6, 5), (1, 0), (3 * MIB, 2 * MIB)])
def test_a_source_over_the_limit_leaves_nothing(storage: Storage, size: int, limit: int) -> None:
    with pytest.raises(BlobTooLarge):
        storage.put(io.BytesIO(some_bytes(size)), limit=limit)
    assert all_digests(storage) == set()


def test_an_endless_source_is_cut_off_at_the_limit(storage: Storage) -> None:
    source = LongSource(1 << 60)
    with pytest.raises(BlobTooLarge):
        storage.put(source, limit=4 * MIB)
    assert source.left > (1 << 60) - 6 * MIB


@pytest.mark.parametrize("size", [0, 10, 3 * MIB])
def test_a_source_that_breaks_off_leaves_nothing_and_its_error_is_its_own(storage: Storage, size: int) -> None:
    with pytest.raises(ConnectionResetError, match="went away"):
        storage.put(BrokenSource(size))
    assert all_digests(storage) == set()


def test_a_source_that_gives_its_bytes_in_drops_is_put_together(storage: Storage) -> None:
    data, chance = some_bytes(50_000), random.Random(1)  # noqa: S311 - reproducible, guards nothing

    class Drops(io.BytesIO):
        def read(self, amount: int | None = -1, /) -> bytes:
            return super().read(chance.randrange(1, 900))

    assert storage.put(Drops(data)) == blob_of(data)
    assert content(storage, blob_of(data)) == data


@pytest.mark.parametrize("at_once", [MIB, 1000])
def test_a_disk_that_takes_no_more_is_a_storage_error_and_nothing_is_stored(
    storage: Storage, file_size_limit: int, at_once: int
) -> None:
    with pytest.raises(StorageError, match="the disk refused"):
        storage.put(LongSource(2 * file_size_limit, at_once=at_once))
    assert all_digests(storage) == set()
    assert content(storage, put(storage, b"still works")) == b"still works"


def test_deleting_twice_is_harmless_and_leaves_the_others(storage: Storage) -> None:
    gone, kept = put(storage, b"gone"), put(storage, b"kept")
    storage.delete(gone.digest)
    storage.delete(gone.digest)
    storage.delete(ABSENT)
    with pytest.raises(BlobMissing):
        storage.stat(gone.digest)
    assert all_digests(storage) == {kept.digest}
    assert put(storage, b"gone") == gone
    assert content(storage, gone) == b"gone"


def test_a_blob_tells_when_it_was_stored(storage: Storage) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)  # an S3 store tells whole seconds
    stored_at = storage.stat(put(storage, b"dated").digest).stored_at
    assert stored_at is not None
    assert before <= stored_at <= datetime.now(UTC) + timedelta(seconds=2)


def test_deleting_what_is_old_leaves_what_was_put_since(storage: Storage) -> None:
    blob = put(storage, b"maybe in use")
    assert not storage.delete(blob.digest, stored_before=datetime.now(UTC) - timedelta(hours=1))
    assert content(storage, blob) == b"maybe in use"
    assert storage.delete(blob.digest, stored_before=datetime.now(UTC) + timedelta(hours=1))
    assert all_digests(storage) == set()
    assert not storage.delete(blob.digest, stored_before=datetime.now(UTC) + timedelta(hours=1))


def test_putting_old_bytes_again_makes_them_new(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.s3.RENEWED_AFTER", timedelta(0))  # so that nobody has to wait for an hour
    blob = put(storage, b"put twice")
    first = storage.stat(blob.digest).stored_at
    time.sleep(1.1)  # an S3 store tells whole seconds
    put(storage, b"put twice")
    second = storage.stat(blob.digest).stored_at
    assert first is not None
    assert second is not None
    assert second > first
    assert not storage.delete(blob.digest, stored_before=second)


def test_more_than_a_thousand_blobs_are_all_listed(storage: Storage) -> None:
    with ThreadPoolExecutor(8) as pool:
        blobs = list(pool.map(lambda number: put(storage, b"%d" % number), range(1050)))
    assert all_digests(storage) == {blob.digest for blob in blobs}
