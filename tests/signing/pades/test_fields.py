"""Form fields are made once, before anyone signs, and say how they are to be filled."""

from pathlib import Path

import pikepdf
import pytest
import typst

from dms.errors import Conflict, Invalid
from dms.signing import pades
from dms.signing.pades import FieldKind, FieldSpec
from tests.pki import Pki
from tests.signing.pades import flow


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.pdf"
    path.write_bytes(typst.compile(b'#set page(paper: "a4")\nM\xe1\xbb\x99t t\xe1\xbb\x9d.'))
    return path


def test_all_fields_are_there_empty_and_unsigned(tmp_path: Path) -> None:
    summary = pades.inspect_fields(flow.letter(tmp_path))

    assert summary.signature_fields == ("head", "seal")
    assert summary.signed_fields == ()
    assert summary.text_fields == {"number": "", "date": "", "note": ""}


def test_making_fields_only_adds_to_the_file(plain: Path, tmp_path: Path) -> None:
    pades.add_fields(plain, tmp_path / "fields.pdf", flow.FIELDS)

    assert pades.extends(plain, tmp_path / "fields.pdf")


def test_nobody_can_type_in_a_field_meant_for_the_clerk(tmp_path: Path) -> None:
    with pikepdf.open(flow.letter(tmp_path)) as opened:
        flags = {str(entry.T): int(entry.get("/Ff", 0)) for entry in opened.Root.AcroForm.Fields}

    assert flags["number"] & 1


def test_fields_can_be_added_to_a_form_that_is_there(plain: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "1.pdf", tmp_path / "2.pdf"
    pades.add_fields(plain, first, flow.FIELDS[:1])
    pades.add_fields(first, second, flow.FIELDS[3:])

    assert pades.inspect_fields(second).signature_fields == ("head", "seal")
    assert pades.inspect_fields(second).text_fields == {"number": ""}


def test_a_signed_file_gets_no_more_fields(pki: Pki, tmp_path: Path) -> None:
    path = flow.signed_by_head(pki, tmp_path)

    with pytest.raises(Conflict, match="document_already_signed"):
        pades.add_fields(path, tmp_path / "more.pdf", [FieldSpec("late", FieldKind.SIGNATURE, 0, (0, 0, 9, 9))])
    assert not (tmp_path / "more.pdf").exists()


def test_a_field_has_a_name_of_its_own_and_a_page_that_is_there(plain: Path, tmp_path: Path) -> None:
    twice = [FieldSpec("a", FieldKind.TEXT, 0, (0, 0, 9, 9))] * 2
    nowhere = [FieldSpec("a", FieldKind.TEXT, 3, (0, 0, 9, 9))]

    with pytest.raises(Conflict, match="field_exists"):
        pades.add_fields(plain, tmp_path / "x.pdf", twice)
    with pytest.raises(Invalid, match="page_missing"):
        pades.add_fields(plain, tmp_path / "x.pdf", nowhere)


def test_an_encrypted_file_is_refused(plain: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked.pdf"
    with pikepdf.open(plain) as opened:
        opened.save(locked, encryption=pikepdf.Encryption(owner="o", user=""))

    with pytest.raises(Invalid, match="document_encrypted"):
        pades.inspect_fields(locked)


def test_a_file_with_classical_and_one_with_packed_tables_can_both_be_signed(
    pki: Pki, plain: Path, tmp_path: Path
) -> None:
    for mode in (pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate):
        source, fields, signed = (tmp_path / f"{mode.name}-{step}.pdf" for step in ("source", "fields", "signed"))
        with pikepdf.open(plain) as opened:
            opened.save(source, object_stream_mode=mode)
        pades.add_fields(source, fields, flow.FIELDS)
        flow.sign(pki, fields, signed, "seal", "seal", fills=flow.FILLS, stamp=pades.Stamp(lines=("Số: 125",)))

        assert pades.validate(signed, trust=pki.offline).is_valid
