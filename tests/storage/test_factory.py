"""From an address to a store, and clear words where there is no way."""

import traceback
from pathlib import Path

import pytest

from storage.factory import open_storage
from storage.filesystem import FilesystemStorage
from storage.s3 import S3Location, S3Storage
from tests.storage.helpers import content, put

SECRET = "s3cr3t"


def location(url: str, spool: Path) -> S3Location:
    store = open_storage(url, spool)
    assert isinstance(store, S3Storage)
    return store._location


def test_a_file_address_opens_a_folder_even_with_spaces_and_accents(tmp_path: Path) -> None:
    folder = tmp_path / "hồ sơ 2025"
    store = open_storage(folder.as_uri(), tmp_path / "spool")
    assert isinstance(store, FilesystemStorage)
    assert content(store, put(store, b"abc")) == b"abc"
    assert folder.is_dir()


def test_an_s3_address_says_all_that_is_needed(tmp_path: Path) -> None:
    found = location("s3://key:a%2Fb%2Bc@store.example:9000/dossiers?region=vn-1&secure=0", tmp_path)
    assert found == S3Location("store.example:9000", "dossiers", "key", "a/b+c", region="vn-1", secure=False)


def test_an_s3_address_is_encrypted_on_the_wire_unless_it_says_otherwise(tmp_path: Path) -> None:
    found = location("s3://key:secret@store.example/dossiers", tmp_path)
    assert (found.endpoint, found.region, found.secure) == ("store.example", "us-east-1", True)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "starts with"),
        ("/var/blobs", "starts with"),
        ("http://store.example/bucket", "starts with"),
        ("file:relative/path", "absolute"),
        ("file://elsewhere/path", "absolute"),
        ("file:///path?mode=1", "absolute"),
        (f"s3://store.example/{SECRET}", "access key"),
        ("s3://key@store.example/bucket", "secret key"),
        (f"s3://:{SECRET}@store.example/bucket", "access key"),
        (f"s3://key:{SECRET}@/bucket", "a host"),
        (f"s3://key:{SECRET}@store.example", "bucket"),
        (f"s3://key:{SECRET}@store.example/a/b", "bucket"),
        (f"s3://key:{SECRET}@store.example/No_Bucket", "bucket"),
        (f"s3://key:{SECRET}@store.example/bucket?secure=maybe", "secure is 0 or 1"),
        (f"s3://key:{SECRET}@store.example/bucket?ssl=1", "region and secure only"),
        (f"s3://key:{SECRET}/x@store.example/bucket", "%2F"),
        (f"s3://key:pass@store.example:{SECRET}/bucket", "port"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_without_repeating_it(url: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        open_storage(url, tmp_path)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
