"""A DOCX opened again, as Word would, with questions a reader asks of it."""

import io
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.text.paragraph import Paragraph


def paragraphs(document: Document) -> Iterator[Paragraph]:
    """Every paragraph, those in tables included, in order."""
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            yield block
        else:
            for row in block.rows:
                for cell in row.cells:
                    yield from cell.paragraphs


def open_again(paper: bytes) -> Document:
    return docx.Document(io.BytesIO(paper))


def texts(paper: bytes) -> list[str]:
    return [paragraph.text for paragraph in paragraphs(open_again(paper)) if paragraph.text]


def in_style(paper: bytes, style: str) -> list[str]:
    document = open_again(paper)
    return [p.text for p in paragraphs(document) if p.text and p.style is not None and p.style.name == style]


def rows(paper: bytes, heading: str) -> list[list[str]]:
    """The rows of the first table whose heading holds ``heading``, without the heading."""
    for table in open_again(paper).tables:
        head, *body = [[cell.text for cell in row.cells] for row in table.rows]
        if heading in head:
            return body
    raise AssertionError(heading)
