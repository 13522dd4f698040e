"""What only the S3 store has to prove, on a real server."""

import io
import logging
import time
import traceback
import uuid
from pathlib import Path
from typing import ClassVar

import pytest
from minio import Minio
from minio.commonconfig import Tags

from storage import Blob, Storage, StorageError, StoreUnavailable
from storage.factory import open_storage
from storage.fixity import verify
from storage.keys import key_of
from storage.s3 import S3Storage
from tests.services_s3 import ACCESS_KEY, SECRET_KEY, Seaweed
from tests.storage.bad_servers import HangUp, Liar, OutOfOrder, serving
from tests.storage.helpers import MIB, LongSource, all_digests, blob_of, content, put, some_bytes
from tests.storage.processes import kill_in_the_middle_of_a_put, peak_growth

NOBODY_HOME = "127.0.0.1:9"
WRONG_SECRET = "wrong-secret-92834"


@pytest.fixture
def bucket() -> str:
    return f"b-{uuid.uuid4().hex}"


@pytest.fixture
def store(seaweed: Seaweed, bucket: str, tmp_path: Path) -> S3Storage:
    storage = open_storage(seaweed.url(bucket), tmp_path / "spool")
    assert isinstance(storage, S3Storage)
    storage.create_bucket()
    return storage


@pytest.fixture
def plain_client(seaweed: Seaweed) -> Minio:
    """The client without our storage, to look at the bucket and to spoil it."""
    return Minio(endpoint=seaweed.endpoint, access_key=ACCESS_KEY, secret_key=SECRET_KEY, secure=False)


def storage_at(endpoint: str, spool: Path) -> Storage:
    return open_storage(f"s3://{ACCESS_KEY}:{SECRET_KEY}@{endpoint}/bucket?secure=0", spool)


def ways_to_use(store: Storage) -> list:
    digest = blob_of(b"abc").digest
    large = LongSource(65 * MIB)  # goes another way than a small blob
    return [
        lambda: put(store, b"abc"),
        lambda: store.put(large),
        lambda: store.open(digest),
        lambda: store.stat(digest),
        lambda: store.delete(digest),
        lambda: list(store.digests()),
    ]


def test_making_the_bucket_twice_is_harmless(store: S3Storage) -> None:
    blob = put(store, b"abc")
    store.create_bucket()
    assert content(store, blob) == b"abc"


@pytest.mark.parametrize("size", [1000, 65 * MIB], ids=["one PUT", "multipart"])
def test_a_blob_that_is_there_is_not_written_again(
    store: S3Storage, plain_client: Minio, bucket: str, size: int
) -> None:
    data = some_bytes(size)
    blob = put(store, data)
    key = key_of(blob.digest)
    plain_client.set_object_tags(bucket_name=bucket, object_name=key, tags=a_tag())
    assert put(store, data) == blob
    assert plain_client.get_object_tags(bucket_name=bucket, object_name=key) == a_tag()


def a_tag() -> Tags:
    tags = Tags.new_object_tags()
    tags["written"] = "once"
    return tags


@pytest.mark.parametrize("size", [1000, 65 * MIB], ids=["one PUT", "multipart"])
def test_putting_the_bytes_again_heals_a_spoilt_blob(
    store: S3Storage, plain_client: Minio, bucket: str, size: int
) -> None:
    data = some_bytes(size)
    blob = put(store, data)
    spoilt = data[:-1] + bytes([data[-1] ^ 1])
    plain_client.put_object(bucket_name=bucket, object_name=key_of(blob.digest), data=io.BytesIO(spoilt), length=size)
    assert not verify(store, blob.digest)
    put(store, data)
    assert content(store, blob) == data


def test_strange_objects_in_the_bucket_are_not_listed(store: S3Storage, plain_client: Minio, bucket: str) -> None:
    blob = put(store, b"abc")
    for key in ("README", "00/11/" + "f" * 64, "f" * 64):
        plain_client.put_object(bucket_name=bucket, object_name=key, data=io.BytesIO(b"x"), length=1)
    assert all_digests(store) == {blob.digest}


def test_nothing_stays_in_the_spool_even_if_the_writer_is_killed(
    store: S3Storage, seaweed: Seaweed, bucket: str, tmp_path: Path
) -> None:
    put(store, b"abc")
    kill_in_the_middle_of_a_put(seaweed.url(bucket), tmp_path / "spool")
    assert all_digests(store) == {blob_of(b"abc").digest}
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_server_that_is_down_is_unavailable_and_the_message_shows_no_secret(tmp_path: Path) -> None:
    store = storage_at(NOBODY_HOME, tmp_path)
    for use in ways_to_use(store):
        with pytest.raises(StoreUnavailable) as caught:
            use()
        assert_tells_no_secret(caught.value, SECRET_KEY)


def test_a_wrong_secret_is_refused_and_the_message_shows_no_secret(
    seaweed: Seaweed, store: S3Storage, bucket: str, tmp_path: Path
) -> None:
    stranger = open_storage(seaweed.url(bucket, secret=WRONG_SECRET), tmp_path)
    put(store, b"abc")
    for use in ways_to_use(stranger):
        with pytest.raises(StorageError) as caught:
            use()
        assert not isinstance(caught.value, StoreUnavailable), "a retry would not help"
        assert_tells_no_secret(caught.value, WRONG_SECRET)
    assert content(store, blob_of(b"abc")) == b"abc"


def test_a_bucket_that_is_not_there_takes_nothing(seaweed: Seaweed, tmp_path: Path) -> None:
    store = open_storage(seaweed.url("never-made"), tmp_path)
    with pytest.raises(StorageError, match="NoSuchBucket"):
        put(store, b"abc")


def test_neither_the_log_nor_the_text_form_shows_a_key(store: S3Storage, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        content(store, put(store, b"abc"))
    assert "PUT" in caplog.text, "urllib3 did log the request"
    shown = caplog.text + repr(store) + str(store) + repr(store._location)
    assert SECRET_KEY not in shown
    assert ACCESS_KEY not in shown
    assert "Signature" not in shown


def test_what_was_acknowledged_survives_a_killed_server(seaweed: Seaweed, store: S3Storage) -> None:
    pieces = [some_bytes(20_000, seed) for seed in range(30)]
    blobs = [put(store, data) for data in pieces]
    seaweed.kill()
    try:
        with pytest.raises(StoreUnavailable):
            store.stat(blobs[0].digest)
    finally:
        seaweed.start()
    wait_until_ready(store, blobs)
    assert [content(store, blob) for blob in blobs] == pieces
    assert all_digests(store) == {blob.digest for blob in blobs}
    assert content(store, put(store, b"and it takes more")) == b"and it takes more"


def test_an_answer_that_breaks_off_is_unavailable_and_not_a_short_blob(tmp_path: Path) -> None:
    with serving(HangUp) as endpoint:
        store = storage_at(endpoint, tmp_path)
        with store.open("0" * 64) as stream, pytest.raises(StoreUnavailable):
            stream.read()


def test_a_store_that_gives_back_other_bytes_is_caught_and_they_are_removed(tmp_path: Path) -> None:
    class ThisLiar(Liar):
        asked: ClassVar[list[str]] = []

    with serving(ThisLiar) as endpoint, pytest.raises(StorageError, match="other bytes"):
        put(storage_at(endpoint, tmp_path), b"abc")
    assert ThisLiar.asked == ["PUT", "PUT", "DELETE"], "it is given one chance to heal"


def test_a_proxy_without_its_store_is_unavailable(tmp_path: Path) -> None:
    with serving(OutOfOrder) as endpoint:
        store = storage_at(endpoint, tmp_path)
        for use in (lambda: put(store, b"abc"), lambda: store.open("0" * 64), lambda: all_digests(store)):
            with pytest.raises(StoreUnavailable, match="502"):
                use()


def test_two_hundred_mebibytes_pass_through_a_small_memory(
    store: S3Storage, seaweed: Seaweed, bucket: str, tmp_path: Path
) -> None:
    assert peak_growth(seaweed.url(bucket), tmp_path / "spool", 200) < 64 * MIB


def wait_until_ready(store: Storage, blobs: list[Blob]) -> None:
    """The server answers a moment before it has found its volumes; until then it may only say "not now"."""
    patience = time.monotonic() + 30
    for blob in blobs:
        while not is_readable(store, blob):
            assert time.monotonic() < patience, "the server did not come back"
            time.sleep(0.1)


def is_readable(store: Storage, blob: Blob) -> bool:
    try:
        return content(store, blob) is not None
    except StoreUnavailable:
        return False


def assert_tells_no_secret(error: BaseException, secret: str) -> None:
    told = "".join(traceback.format_exception(error)) + repr(error)
    assert secret not in told
    assert "Signature=" not in told
