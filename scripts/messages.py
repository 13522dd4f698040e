"""The Vietnamese catalogue: what people read. Msgids are English and stand in the code and the templates.

``python -m scripts.messages update``   collect the msgids, keep what is translated, take over translations/parts/*.po
``python -m scripts.messages compile``  write messages.mo beside messages.po
``python -m scripts.messages check``    fail on a sentence that is missing, guessed (fuzzy), unused or has lost a field
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.checkers import checkers
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PARTS = ROOT / "translations" / "parts"
PO = ROOT / "translations" / "vi" / "LC_MESSAGES" / "messages.po"
SOURCES = ("blueprints", "templates", "dms", "demo")
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}}
HEADER = "# What people read, in Vietnamese. `make messages` brings it up to date."
FIELD = re.compile(r"%\(\w+\)[sd]")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "_l": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "_p": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.messages", description=__doc__.partition("\n")[0])
    parser.add_argument("verb", choices=VERBS)
    return VERBS[parser.parse_args().verb]()


def update() -> int:
    catalog = load()
    created = catalog.creation_date  # kept, so that an update without news changes nothing
    catalog.update(collect(), no_fuzzy_matching=True)
    catalog.creation_date = created
    catalog.obsolete.clear()
    clashes = [clash for part in sorted(PARTS.glob("*.po")) for clash in take_over(catalog, part)]
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalog, width=120, sort_output=True, include_lineno=False)
    report(clashes)
    return 0


def compile_() -> int:
    with PO.with_suffix(".mo").open("wb") as file:
        write_mo(file, load())
    return 0


def check() -> int:
    faults = list(find_faults(load(), collect()))
    report(faults)
    return 1 if faults else 0


VERBS = {"update": update, "compile": compile_, "check": check}


# --- Reading --------------------------------------------------------------------------------------------------------


def load() -> Catalog:
    """Read the Vietnamese catalogue; an empty one where there is none yet."""
    if not PO.exists():
        return Catalog(locale="vi", project="award dossiers", header_comment=HEADER, fuzzy=False)
    with PO.open("rb") as file:
        return read_po(file, locale="vi", domain="messages")


def collect() -> Catalog:
    """Collect every msgid that the code and the templates show to people."""
    template = Catalog(project="dossiers", fuzzy=False)
    for source in SOURCES:
        found = extract_from_dir(ROOT / source, METHODS, OPTIONS, KEYWORDS, comment_tags=("i18n:",))
        for name, line, msgid, comments, context in found:
            place = (f"{source}/{name}", line)
            template.add(msgid, None, [place], auto_comments=comments, context=context)
    return template


def take_over(catalog: Catalog, part: Path) -> Iterator[str]:
    """Fill what is still empty from one part; give a line for each sentence that two sources translate differently."""
    with part.open("rb") as file:
        given = read_po(file, locale="vi")
    for message in given:
        ours = catalog.get(message.id, message.context) if message.id else None
        if ours is None or not is_translated(message):
            continue
        if not is_translated(ours):
            ours.string = message.string
        elif ours.string != message.string:
            yield f"{part.name}: {message.id!r} is already {ours.string!r}, not {message.string!r}"


# --- Judging --------------------------------------------------------------------------------------------------------


def find_faults(catalog: Catalog, template: Catalog) -> Iterator[str]:
    """Give one line for each sentence that a reader of Vietnamese would miss or misread."""
    for wanted in template:
        if not wanted.id:
            continue
        ours = catalog.get(wanted.id, wanted.context)
        place = ":".join(map(str, wanted.locations[0]))
        if ours is None or not is_translated(ours):
            yield f"{place}: no Vietnamese for {wanted.id!r}; `make messages`, then fill it in"
        elif ours.fuzzy:
            yield f"{place}: only guessed (fuzzy): {wanted.id!r}"
    yield from find_broken(catalog, template)


def find_broken(catalog: Catalog, template: Catalog) -> Iterator[str]:
    for message in catalog:
        if not message.id:
            continue
        if template.get(message.id, message.context) is None:
            yield f"no longer used: {message.id!r}; `make messages` removes it"
        for error in errors_in(catalog, message):
            yield f"{message.id!r} -> {message.string!r}: {error}"


def errors_in(catalog: Catalog, message: Message) -> Iterator[str]:
    if not is_translated(message):
        return
    for checker in checkers:
        try:
            checker(catalog, message)
        except ValueError as error:
            yield str(error)
    source = message.id[-1] if isinstance(message.id, list | tuple) else message.id
    for text in texts_of(message):
        if lost := set(FIELD.findall(source)) - set(FIELD.findall(text)):
            yield f"the translation lost {', '.join(sorted(lost))}"


def is_translated(message: Message) -> bool:
    texts = texts_of(message)
    return bool(texts) and all(texts)


def texts_of(message: Message) -> tuple[str, ...]:
    """The translation, or its plural forms; an empty text where there is none."""
    given = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return tuple(text or "" for text in given)


def report(lines: list[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
