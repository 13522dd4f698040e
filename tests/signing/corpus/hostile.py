"""Files made to break the one who reads them: none may crash, hang or pass."""

from collections.abc import Callable
from pathlib import Path

from dms.signing.pades import Verdict
from tests import bad_samples
from tests.samples import page_object, raw_pdf, stream_object
from tests.signing.corpus.workshop import Case, Workshop, unproven


def _hostile(name: str, what: str, data: Callable[[], bytes], verdict: Verdict = Verdict.INVALID) -> Case:
    def make(shop: Workshop, target: Path) -> None:
        target.write_bytes(data())

    return Case(name, what, verdict, make)


def _cut(shop: Workshop, target: Path) -> None:
    data = shop.sealed.read_bytes()
    target.write_bytes(data[: len(data) * 2 // 3])


def _form_tree(depth: int) -> bytes:
    fields = {n: b"<</T(f)/Kids[%d 0 R]>>" % (n + 1) for n in range(10, 10 + depth)}
    fields[10 + depth] = b"<</T(f)/FT/Sig>>"
    return raw_pdf(fields, root=b"/AcroForm<</Fields[10 0 R]>>")


@unproven("A PDF that nobody signed", "document_unsigned")
def unsigned(shop: Workshop, target: Path) -> None:
    target.write_bytes(shop.letter.read_bytes())


ALL = (
    unsigned,
    _hostile("empty", "An empty file", lambda: b""),
    _hostile("header-only", "Nothing but a header", lambda: b"%PDF-1.7\n"),
    _hostile("not-a-pdf", "A picture that calls itself PDF", lambda: b"GIF89a" * 50),
    Case("truncated", "A sealed letter of which the last third is missing", Verdict.INVALID, _cut),
    _hostile("nested-arrays", "Arrays nested a hundred thousand deep", lambda: b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000),
    _hostile("startxref-loop", "A table of contents that points to itself", lambda: b"%PDF-1.7\nstartxref\n0\n%%EOF"),
    _hostile(
        "absurd-xref",
        "A table of contents with billions of entries",
        lambda: b"%PDF-1.7\nxref\n0 99999999999\ntrailer\n<</Size 9/Root 1 0 R>>\nstartxref\n9\n%%EOF\n",
    ),
    _hostile("form-tree", "Form fields nested three thousand deep", lambda: _form_tree(3_000)),
    _hostile(
        "form-loop",
        "Form fields that contain each other",
        lambda: raw_pdf(
            {10: b"<</T(a)/Kids[11 0 R]>>", 11: b"<</T(b)/Kids[10 0 R]>>"}, root=b"/AcroForm<</Fields[10 0 R]>>"
        ),
    ),
    _hostile("object-bomb", "Objects that unpack to a gigabyte", lambda: bad_samples.object_stream_bomb(1 << 30)),
    _hostile("revisions", "More revisions than anybody makes", lambda: bad_samples.revised_pdf(300), Verdict.UNPROVEN),
    _hostile(
        "many-signatures", "A hundred empty signatures", lambda: bad_samples.form_of(100, signed=True), Verdict.UNPROVEN
    ),
    _hostile("encrypted", "A file that needs a password", bad_samples.encrypted_pdf, Verdict.UNPROVEN),
    _hostile("hybrid", "A file with two tables of contents", lambda: raw_pdf(trailer=b"/XRefStm 15")),
    _hostile(
        "endless-stream",
        "A stream whose length refers to itself",
        lambda: raw_pdf({4: stream_object(b"", b"/Length 4 0 R"), 3: page_object()}, root=b"/AcroForm 4 0 R"),
    ),
)
