"""Both adapters under one name; the S3 one talks to a real server."""

import resource
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.filesystem import FilesystemStorage
from storage.s3 import S3Location, S3Storage
from tests.services_s3 import ACCESS_KEY, SECRET_KEY, Seaweed
from tests.storage.helpers import MIB


@pytest.fixture(params=["filesystem", "s3"])
def storage(request: pytest.FixtureRequest) -> FilesystemStorage | S3Storage:
    """An empty store; a test that takes it runs once per adapter."""
    return request.getfixturevalue(f"{request.param}_storage")


@pytest.fixture
def filesystem_storage(tmp_path: Path) -> FilesystemStorage:
    return FilesystemStorage(tmp_path / "blobs")


@pytest.fixture
def s3_storage(seaweed: Seaweed, tmp_path: Path) -> S3Storage:
    location = S3Location(seaweed.endpoint, f"b-{uuid.uuid4().hex}", ACCESS_KEY, SECRET_KEY, secure=False)
    storage = S3Storage(location, tmp_path / "spool")
    storage.create_bucket()
    return storage


@pytest.fixture
def file_size_limit() -> Iterator[int]:
    """No file may grow past this many bytes: a disk that refuses, for which one need not be root."""
    limit = 4 * MIB
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
