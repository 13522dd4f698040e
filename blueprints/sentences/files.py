"""Why a file is not accepted."""

from flask_babel import lazy_gettext as _l

SENTENCES = {
    "file_empty": _l(
        "The file is empty: it has no byte. Choose the file again; if it is empty on your machine too, export it once more."
    ),
    "media_type_not_accepted": _l(
        "This kind of file is not accepted: only PDF, DOCX, PNG and JPEG can be read and kept for the archive, and the content decides, not the name. Save the document as PDF and send it again."
    ),
    "file_encrypted": _l(
        "The file is protected by a password or by restrictions, so nobody could check, sign or archive it. Save a copy without protection and send that."
    ),
    "file_truncated": _l(
        "The file is cut off or has something added behind its end, so it is not the whole document. Export it again and repeat the upload."
    ),
    "file_unreadable": _l(
        "The file is damaged: it cannot be read to its end. Open it on your machine, print it to a new PDF and send that."
    ),
    "file_too_costly": _l(
        "Reading this file takes more time or memory than one document may use. Print it to a new PDF, or split it, and send it again."
    ),
    "archive_ambiguous": _l(
        "The DOCX file holds two parts of one name, or a part that points outside the document, so programs would read it differently. Open it in Word, save it under a new name and send that."
    ),
    "archive_too_large": _l(
        "Unpacked, the DOCX file is far larger than a document may be. Make its pictures smaller, or save it as PDF, and send it again."
    ),
    "docx_macros": _l(
        "The Word file contains macros; a document that runs a program is not accepted. Save it as DOCX without macros, or as PDF."
    ),
    "docx_embedded_objects": _l(
        "The Word file has other files or controls embedded in it, whose content is not seen on the page. Replace them with plain text or pictures, or save the document as PDF."
    ),
    "docx_external_reference": _l(
        "The Word file takes a part of its content (a template, picture or field) from another place, so it may look different tomorrow. Embed the content in the document, or save it as PDF."
    ),
    "docx_broken_xml": _l(
        "A part of the Word file is damaged (%(part)s). Open it in Word, let Word repair it, save it under a new name and send that."
    ),
    "image_too_large": _l(
        "The picture has %(width)s × %(height)s pixels, more than the %(limit)s that are allowed in all. Make it smaller and send it again."
    ),
    "image_animated": _l(
        "The picture moves: it shows several images one after another, so nobody could say which one is the document. Send one still picture."
    ),
    "pdf_javascript": _l(
        "The PDF contains a script (JavaScript) that can change what is shown; what is signed must stay as it was seen. Print it to a new PDF and send that."
    ),
    "pdf_launch_action": _l(
        "The PDF can start a program on the reader's machine. Print it to a new PDF and send that."
    ),
    "pdf_automatic_action": _l(
        "The PDF acts by itself when it is opened, printed or filled in. Print it to a new PDF and send that."
    ),
    "pdf_active_content": _l(
        "The PDF has buttons that show, hide or erase parts of it; what is signed must stay as it was seen. Print it to a new PDF and send that."
    ),
    "pdf_xfa": _l(
        "The PDF is an XFA form, which most programs cannot show and no archive keeps. Print it to a new PDF and send that."
    ),
    "pdf_embedded_files": _l(
        "The PDF carries other files inside it, which nobody sees on the page. Send each file as a document of its own, and the PDF without attachments."
    ),
    "pdf_external_reference": _l(
        "The PDF takes content from another file, or sends its content elsewhere. Print it to a new PDF and send that."
    ),
    "pdf_multimedia": _l(
        "The PDF contains sound, film or three-dimensional content, which cannot be signed or archived as a page. Print it to a new PDF and send that."
    ),
    "pdf_optional_content": _l(
        "The PDF has layers that are hidden, or that look different on paper and on the screen. Print it to a new PDF and send that."
    ),
    "pdf_hidden_field": _l(
        "The PDF form has hidden fields, whose content shows only in some programs or at another time. Print it to a new PDF, or choose “flatten”, and send that."
    ),
    "pdf_overlapping_fields": _l(
        "The PDF form has fields that lie over each other, so one could hide the other. Print it to a new PDF, or choose “flatten”, and send that."
    ),
    "flatten_signed": _l(
        "The PDF is signed, so it is not flattened: that would destroy its signatures. Send it as it is, or an unsigned copy."
    ),
    "pdf_hybrid": _l(
        "The PDF has two tables of contents (a hybrid file), so two programs could show two different documents. Print it to a new PDF and send that."
    ),
    "pdf_ambiguous": _l(
        "Two programs count different pages in this PDF, so it is not certain what would be signed. Print it to a new PDF and send that."
    ),
    "pdf_without_pages": _l("The PDF has no page. Export the document again and send it."),
    "pdf_too_many_pages": _l(
        "The PDF has %(count)s pages; a document may have %(limit)s. Split it and send the parts."
    ),
    "pdf_too_many_revisions": _l(
        "The PDF was changed and saved %(count)s times within one file; %(limit)s are allowed. If it is not signed, print it to a new PDF and send that."
    ),
    "pdf_too_many_signatures": _l(
        "The PDF carries %(count)s signatures; %(limit)s are allowed. Send the document with fewer signatures."
    ),
    "pdf_too_many_fields": _l(
        "The PDF form has %(count)s fields; %(limit)s are allowed. Print it to a new PDF without fields and send that."
    ),
    "pdf_too_many_objects": _l(
        "The PDF is built of %(count)s parts; %(limit)s are allowed. Print it to a new PDF, or split it, and send it again."
    ),
    "page_not_found": _l("The document has no page %(page)s. Go back to the document and choose one of its pages."),
    "converter_missing": _l(
        "This server cannot turn a Word file into PDF, because LibreOffice is not installed. The Word file is kept: save it as PDF on your machine and upload the PDF."
    ),
    "converter_failed": _l(
        "The Word file could not be turned into PDF. Try again; if it fails once more, save it as PDF on your machine and upload the PDF."
    ),
    "sandbox_busy": _l(
        "Many files are being checked at this moment. Nothing was saved: wait a minute and send the file again."
    ),
    "sandbox_failed": _l(
        "Files cannot be checked at this moment. Nothing was saved: try again in a few minutes and tell the administrator if it lasts."
    ),
}
