"""Why the places of fields were not kept, or a copy not made."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, LazyString] = {
    "layout_moved": _l(
        "“%(document)s” or its signers have changed since you opened the page. Nothing was kept. Open the page again."
    ),
    "field_off_page": _l(
        "The field “%(label)s” leaves the page or stands on page %(page)s, which is not there. Put it wholly on a page of the paper."
    ),
    "field_too_small": _l(
        "The field “%(label)s” is too small for what is drawn in it. Make it at least %(width)s mm wide and %(height)s mm high."
    ),
    "fields_overlap": _l(
        "The fields “%(one)s” and “%(other)s” lie over each other; only the seal may lie over a signature (Decree 30/2020, annex I). Move one of them."
    ),
    "copy_purpose_missing": _l("A copy is issued for somebody and something. Write it down."),
    "copy_of_unsigned": _l(
        "“%(document)s” is not signed by everybody, or its signatures could not be confirmed, so no certified copy can be made of it (Decree 30/2020, art. 25 and 32). Wait until it is sealed, or verify its signatures again."
    ),
    "copy_of_copy": _l("This is a certified copy itself. Make the copy from the paper that it shows."),
    "field_place_unreadable": _l(
        "The place of the field “%(label)s” could not be read. Write each number in millimetres, such as 120 or 35.5."
    ),
}
