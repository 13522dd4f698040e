"""Keeping signatures alive: a document time stamp over everything, renewed before its own authority expires (B-LTA)."""

from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

from dms.errors import Unavailable
from dms.signing.pades import files
from dms.signing.pades.signing import DIGEST, authority, stamping, trusted
from dms.signing.pades.trust import SigningTrust, run


def extend_lta(path: Path, trust: SigningTrust) -> None:
    """Append a document time stamp, and the proof that its predecessor was good, to the file at ``path``.

    Call it when archiving, and again before the last time stamp's authority expires. Whatever fails, the file is as it
    was. Unavailable: ``timestamp_unavailable``. Invalid: ``document_unreadable`` and its kin.
    """
    with path.open("r+b") as stream, trusted(trust, None) as context:
        size = stream.seek(0, 2)
        try:
            reader = files.open_reader(stream)
            with stamping():
                run(_extend(reader, trust, context), context)
            files.sync(stream)
        except BaseException:
            stream.truncate(size)
            raise


async def _extend(reader: PdfFileReader, trust: SigningTrust, context: ValidationContext) -> None:
    stamper = PdfTimeStamper(authority(trust))
    try:
        if reader.embedded_timestamp_signatures:
            await stamper.async_update_archival_timestamp_chain(reader, context, in_place=True)
        else:
            writer = IncrementalPdfFileWriter.from_reader(reader)
            await stamper.async_timestamp_pdf(writer, DIGEST, context, in_place=True)
    except (ValidationError, PathBuildingError) as error:
        raise Unavailable("timestamp_unavailable") from error
