"""A campaign file into a ``CampaignSpec``, or into the whole list of what is wrong with it, line by line."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dms.campaigns.consistency import Fault, Path, faults
from dms.campaigns.nodes import Reading, Spot, read
from dms.campaigns.problems import Problem
from dms.campaigns.spec import CampaignSpec
from dms.errors import Invalid, TooLarge

MAX_BYTES = 1024 * 1024


def load(text: str, source: str) -> CampaignSpec:
    """Return the campaign that ``text`` declares; ``source`` names the file in what a refusal says.

    Raises TooLarge("campaign_file_too_large") above 1 MiB, and Invalid("campaign_file_invalid") with ``source`` and
    ``problems``: every Problem of the file at once, in the order of its lines.
    """
    _ensure_size(text, source)
    spec, problems = _read_and_judged(text)
    if spec is None or problems:
        ordered = sorted(problems, key=lambda p: (p.line, p.column, p.code))
        raise Invalid("campaign_file_invalid", source=source, problems=ordered)
    return spec


def canonical_json(spec: CampaignSpec) -> str:
    """The spec as JSON with sorted keys and no spaces; equal specs give equal text whatever the file looked like."""
    return json.dumps(spec.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(spec: CampaignSpec) -> str:
    """SHA-256 of the canonical JSON, in 64 lower-case hexadecimal digits; it names a revision's content."""
    return hashlib.sha256(canonical_json(spec).encode()).hexdigest()


def restore(data: Mapping[str, Any]) -> CampaignSpec:
    """The spec again from the plain data of ``spec.model_dump(mode="json")``, as a table keeps it."""
    return CampaignSpec.model_validate_json(json.dumps(data))


def _ensure_size(text: str, source: str) -> None:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise TooLarge("campaign_file_too_large", source=source, size=size, limit=MAX_BYTES)


@lru_cache(maxsize=8)
def _read_and_judged(text: str) -> tuple[CampaignSpec | None, tuple[Problem, ...]]:
    """Look at a text once: a preview, its publication and the check of its seats ask for the same one."""
    spec, problems = _judge(read(text))
    return spec, tuple(problems)


def _judge(reading: Reading) -> tuple[CampaignSpec | None, list[Problem]]:
    problems = list(reading.problems)
    if not reading.values:
        return None, problems
    problems += [_at_value(reading, fault) for fault in faults(reading.data)]
    spec: CampaignSpec | None = None
    try:
        spec = CampaignSpec.model_validate_json(json.dumps(reading.data))
    except ValidationError as error:
        problems += [_translate(reading, e) for e in error.errors(include_url=False) if not _is_told_already(e)]
    return spec, problems


def _is_told_already(error: ErrorDetails) -> bool:
    """What ``faults`` tells better; and a list that pydantic finds too short only because its entries are wrong."""
    return error["type"] == "inconsistent" or (error["type"] == "too_short" and bool(error["input"]))


def _at_value(reading: Reading, fault: Fault) -> Problem:
    spot = _nearest(reading.values, fault.path)
    return Problem(spot.line, spot.column, fault.path, fault.code, {**fault.params, **_guess_from(fault.params)})


def _guess_from(params: Mapping[str, Any]) -> dict[str, str]:
    known = params.get("known")
    return _guess(str(params.get("value")), known) if isinstance(known, Sequence) else {}


def _guess(word: str, known: Sequence[str]) -> dict[str, str]:
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return {"guess": close[0]} if close else {}


def _nearest(spots: Mapping[Path, Spot], path: Path) -> Spot:
    """The place of a value, or of the nearest value around it that the file does have."""
    while path and path not in spots:
        path = path[:-1]
    return spots.get(path, Spot(1, 1))


# --- what pydantic says, in our codes

_CODES = {
    "extra_forbidden": "key_unknown",
    "missing": "key_missing",
    "date_from_datetime_parsing": "day_invalid",
    "date_parsing": "day_invalid",
    "date_type": "day_invalid",
    "date_from_datetime_inexact": "day_invalid",
    "enum": "word_unknown",
    "literal_error": "word_unknown",
    "union_tag_invalid": "word_unknown",
    "union_tag_not_found": "key_missing",
    "string_pattern_mismatch": "code_malformed",
    "string_too_short": "text_empty",
    "string_too_long": "text_too_long",
    "too_short": "list_empty",
    "greater_than_equal": "number_too_small",
    "less_than_equal": "number_too_large",
}


def _translate(reading: Reading, error: ErrorDetails) -> Problem:
    path = _file_path(reading, error["loc"])
    code = _CODES.get(error["type"], "type_wrong")
    if error["type"] in ("union_tag_not_found", "union_tag_invalid"):
        path = (*path, "kind")
    spots = reading.keys if code == "key_unknown" else reading.values
    spot = _nearest(spots, path)
    return Problem(spot.line, spot.column, path, code, dict(_params(code, path, error)))


def _params(code: str, path: Path, error: ErrorDetails) -> Iterator[tuple[str, Any]]:
    context = error.get("ctx", {})
    yield "key", str(path[-1]) if path else ""
    if code == "key_unknown":
        known = sorted(_fields_at(error["loc"][:-1]))
        yield from {"known": known, **_guess(str(path[-1]), known)}.items()
    elif code == "key_missing":
        return
    else:
        yield "value", str(error["input"])[:80]
        yield "expected", _expected(context, error)
    if code == "word_unknown":
        known = _quoted(_expected(context, error))
        yield from _guess(str(context.get("tag", error["input"])), known).items()


def _expected(context: Mapping[str, Any], error: ErrorDetails) -> str:
    names = ("expected", "expected_tags", "ge", "le", "max_length", "pattern")
    return next((str(context[n]) for n in names if n in context), error["type"].removesuffix("_type"))


def _quoted(expected: str) -> list[str]:
    return [word for word in expected.split("'") if word.isidentifier() and word != "or"]


def _file_path(reading: Reading, loc: Sequence[str | int]) -> Path:
    """A pydantic location without the union tags in it, which the file does not have as keys."""
    path: Path = ()
    for i, step in enumerate(loc):
        is_last = i == len(loc) - 1
        if (*path, step) in reading.values or is_last:
            path = (*path, step)
    return path


def _fields_at(loc: Sequence[str | int]) -> set[str]:
    """The keys that are known at a pydantic location."""
    models: list[type[BaseModel]] = [CampaignSpec]
    for step in loc:
        if isinstance(step, str):
            models = _inside(models, step)
    return {name for model in models for name in model.model_fields}


def _inside(models: list[type[BaseModel]], step: str) -> list[type[BaseModel]]:
    holders = [model for model in models if step in model.model_fields]
    if holders:
        return [inner for model in holders for inner in _models_in(model.model_fields[step].annotation)]
    return [
        m for m in models if "kind" in m.model_fields and step in map(str, get_args(m.model_fields["kind"].annotation))
    ]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models_in(inner)]
