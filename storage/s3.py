"""Blobs as objects in one bucket of any S3 store: SeaweedFS, Ceph, MinIO or a cloud. The only importer of ``minio``.

The bucket wants a life-cycle rule that aborts unfinished multipart uploads after a day: a process killed in the middle
of a large upload leaves parts that no one lists and everyone pays for (docs/operations.md says how).
"""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.credentials.credentials import Credentials
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from minio.signer import sign_v4_s3
from urllib3.exceptions import HTTPError

from storage import RENEWED_AFTER, Blob, BlobMissing, Digest, StorageError, StoreUnavailable
from storage.fixity import verify
from storage.keys import digest_of, key_of
from storage.streams import Readable, copy_hashed, disk_errors, ensure_range, windowed

SINGLE_LIMIT = 64 * 1024 * 1024  # bytes; up to here one PUT, above it multipart
_PART = 8 * 1024 * 1024  # bytes; the client holds about two parts in memory, and 10,000 parts make 78 GiB
_CONNECTIONS = 16  # kept open for reuse; more threads may still open their own
_TIMEOUT = urllib3.Timeout(connect=5, read=60)  # seconds
# Every request of ours may be repeated: a blob's key allows one content only.
# An answer is never retried here, whatever its status: the caller decides.
_RETRY = urllib3.Retry(connect=2, read=1, redirect=0, status=0, other=0, backoff_factor=0.1, raise_on_redirect=False)

Headers = dict[str, str | list[str] | tuple[str]]  # the client's word for them; we give plain strings only


@dataclass(frozen=True, slots=True)
class S3Location:
    """Where a bucket is and what opens it. ``endpoint`` is host:port; its text form shows no key."""

    endpoint: str
    bucket: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    secure: bool = True


class S3Storage:
    """Keeps blobs in a bucket.

    ``spool`` is a local folder for bytes whose digest is not known yet; a crash leaves nothing there.
    """

    def __init__(self, location: S3Location, spool: Path) -> None:
        self._location = location
        self._spool = spool
        self._http = urllib3.PoolManager(maxsize=_CONNECTIONS, retries=_RETRY, timeout=_TIMEOUT)
        self._client = Minio(
            endpoint=location.endpoint,
            access_key=location.access_key,
            secret_key=location.secret_key,
            secure=location.secure,
            region=location.region,
            http_client=self._http,
        )
        with disk_errors():
            spool.mkdir(mode=0o750, parents=True, exist_ok=True)

    def __repr__(self) -> str:
        return f"S3Storage({self._location.endpoint}/{self._location.bucket})"

    def create_bucket(self) -> None:
        """Make the bucket unless it is there; for setting up, never called by put."""
        with _wall():
            if not self._client.bucket_exists(bucket_name=self._location.bucket):
                self._client.make_bucket(bucket_name=self._location.bucket)

    def put(self, source: BinaryIO, *, limit: int | None = None) -> Blob:
        """See Storage.put. The store never sees a byte of a source that breaks off or is too large."""
        with self._spooled() as file:
            blob = copy_hashed(source, file, limit)
            self._create(blob, file)
            if not verify(self, blob.digest):
                self._heal(blob, file)
        return blob

    def open(self, digest: Digest, start: int = 0, length: int | None = None) -> BinaryIO:
        """See Storage.open. A start past the end gives an empty stream."""
        ensure_range(start, length)
        with _wall(digest):
            body = self._body(key_of(digest), start, length)
        return windowed(body, length=length, wall=_wall)

    def stat(self, digest: Digest) -> Blob:
        """See Storage.stat."""
        with _wall(digest):
            found = self._client.stat_object(bucket_name=self._location.bucket, object_name=key_of(digest))
        return Blob(digest, found.size or 0, found.last_modified)

    def delete(self, digest: Digest, *, stored_before: datetime | None = None) -> bool:
        """See Storage.delete. Between the question how old it is and the removal lies one round trip."""
        try:
            found = self.stat(digest)
        except BlobMissing:
            return False
        if stored_before is not None and _stored_at(found) >= stored_before:
            return False
        self._remove(digest)
        return True

    def sweep(self, older_than: datetime) -> int:  # noqa: ARG002 - the protocol's signature
        """See Storage.sweep. Unfinished uploads are the bucket's own affair: see the module."""
        return 0

    def digests(self) -> Iterator[Digest]:
        """See Storage.digests. Objects that are not blobs of ours are passed over."""
        with _wall():
            for found in self._client.list_objects(bucket_name=self._location.bucket, recursive=True):
                if digest := digest_of(found.object_name or ""):
                    yield digest

    def _remove(self, digest: Digest) -> None:
        with _wall(digest):
            self._client.remove_object(bucket_name=self._location.bucket, object_name=key_of(digest))

    def _body(self, key: str, start: int, length: int | None) -> Readable:
        """Ask for a range. To the client a length of 0 means "to the end"; the window cuts that to nothing."""
        try:
            return _Body(
                self._client.get_object(
                    bucket_name=self._location.bucket, object_name=key, offset=start, length=length or 0
                )
            )
        except S3Error as error:
            if error.code != "InvalidRange":
                raise
            return io.BytesIO()  # the blob is there and ends before the start

    @contextmanager
    def _spooled(self) -> Iterator[BinaryIO]:
        with disk_errors():
            file = tempfile.TemporaryFile(dir=self._spool)  # noqa: SIM115 - closed below; it has no name that a crash could leave
        try:
            yield file
        finally:
            with disk_errors():
                file.close()  # on a full disk this fails again

    def _create(self, blob: Blob, file: BinaryIO) -> None:
        """Upload unless the store has the blob; two writers of the same bytes both succeed.

        One that has been there for long is put again, so that a sweeper who counts its age lets it be.
        """
        if blob.size <= SINGLE_LIMIT:
            if not self._put_once(blob, file, {"If-None-Match": "*"}) and not self._holds_fresh(blob):
                self._put_once(blob, file, {})
        elif not self._holds_fresh(blob):
            self._put_parts(blob, file)

    def _heal(self, blob: Blob, file: BinaryIO) -> None:
        """Replace what did not read back (rot, or a store that failed half-way), or remove it and say so."""
        if blob.size <= SINGLE_LIMIT:
            self._put_once(blob, file, {})
        else:
            self._put_parts(blob, file)
        if not verify(self, blob.digest):
            self._remove(blob.digest)
            raise StorageError("the store gave back other bytes than it was given")

    def _holds_fresh(self, blob: Blob) -> bool:
        try:
            found = self.stat(blob.digest)
        except BlobMissing:
            return False
        return found == blob and datetime.now(UTC) - _stored_at(found) < RENEWED_AFTER

    def _put_parts(self, blob: Blob, file: BinaryIO) -> None:
        with _wall():
            file.seek(0)
            self._client.put_object(
                bucket_name=self._location.bucket,
                object_name=key_of(blob.digest),
                data=file,
                length=blob.size,
                part_size=_PART,
                num_parallel_uploads=1,  # more would each hold a part in memory
            )

    def _put_once(self, blob: Blob, file: BinaryIO, conditions: Headers) -> bool:
        """One streamed PUT; False where a condition kept it away, for the blob is there already.

        The signature covers the digest, so the store itself refuses bytes changed on the way.

        The client's own call takes no condition and wants all bytes in memory. A presigned URL would do, but it carries
        a signature that urllib3 writes into its log and its errors; a signed header stays out of both.
        """
        url = f"{self._base}/{self._location.bucket}/{key_of(blob.digest)}"
        headers = conditions | {"Content-Length": str(blob.size), "Content-Type": "application/octet-stream"}
        with _wall():
            file.seek(0)
            signed = self._signed("PUT", url, headers=headers, digest=blob.digest)
            answer = self._http.urlopen("PUT", url, body=file, headers=cast("dict[str, str]", signed))
            if answer.status not in (200, 412):
                raise _refusal(answer)
        return bool(answer.status == 200)

    @property
    def _base(self) -> str:
        return f"{'https' if self._location.secure else 'http'}://{self._location.endpoint}"

    def _signed(self, method: str, url: str, *, headers: Headers, digest: Digest) -> Headers:
        now = datetime.now(UTC)
        stamped: Headers = {"Host": self._location.endpoint, "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ")}
        return sign_v4_s3(
            method=method,
            url=urlsplit(url),
            region=self._location.region,
            headers=headers | stamped | {"x-amz-content-sha256": digest},
            credentials=Credentials(access_key=self._location.access_key, secret_key=self._location.secret_key),
            content_sha256=digest,
            date=now,
        )


class _Body:
    """The body of an answer; closing gives the connection back if it was read to the end and drops it if not."""

    def __init__(self, answer: urllib3.BaseHTTPResponse) -> None:
        self._answer = answer

    def read(self, amount: int, /) -> bytes:
        return self._answer.read(amount)

    def close(self) -> None:
        self._answer.close()
        self._answer.release_conn()


_MISSING = frozenset({"NoSuchKey", "NoSuchObject"})
_PASSING = frozenset(
    {"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "ConditionalRequestConflict"}
)


@contextmanager
def _wall(digest: Digest = "") -> Iterator[None]:
    """Turn every error of the client and of the wire into one of ours.

    Our text repeats none of theirs: that may name keys.
    """
    try:
        yield
    except S3Error as error:
        raise _meaning(error, digest) from error
    except (ServerError, InvalidResponseError) as error:
        raise _by_status(_status(error)) from error
    except MinioException as error:
        raise StorageError("the client of the store failed") from error
    except HTTPError as error:
        raise StoreUnavailable(f"the store did not answer: {type(error).__name__}") from error


def _meaning(error: S3Error, digest: Digest) -> StorageError:
    if error.code in _MISSING:
        return BlobMissing(digest)
    if error.code in _PASSING:
        return StoreUnavailable(f"the store is not ready: {error.code}")
    return StorageError(f"the store refused: {error.code}")


def _by_status(status: int) -> StorageError:
    kind = StoreUnavailable if status >= 500 or status == 429 else StorageError
    return kind(f"the store answered with HTTP status {status}")


def _status(error: ServerError | InvalidResponseError) -> int:
    if isinstance(error, ServerError):
        return error.status_code
    return error._code  # noqa: SLF001 - the client has no public name for it


def _stored_at(blob: Blob) -> datetime:
    """When the store took it; without an answer it counts as just taken, so that nothing is removed by mistake."""
    return blob.stored_at or datetime.now(UTC)


def _refusal(answer: urllib3.BaseHTTPResponse) -> MinioException:
    """Return the error that the client would have raised for this answer."""
    if answer.data and "xml" in answer.headers.get("content-type", ""):
        return S3Error.fromxml(answer)
    return ServerError(f"server failed with HTTP status code {answer.status}", answer.status)
