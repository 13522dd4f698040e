"""A unit's own campaign under the province's (P23), written from the scheme that it carries out. Pure: text out.

What the parent leaves to the head (P13, P14, P16) gets a beginning that a unit can work with at once and change: a
letter, a list of nominees, a report of each. Rules that the head sets are numbered H01, H02 …
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from dms.campaigns.spec import CampaignSpec, Scheme
from dms.campaigns.vocabulary import DecisionPath
from dms.errors import Invalid

OWN_PLAN = "ke-hoach-don-vi"
_HEAD_CAPACITIES = ["none", "tm", "kt", "q"]


@dataclass(frozen=True, slots=True)
class OwnCampaign:
    """What a unit says of the campaign that it opens: its code, title, unit (code and name), year, last day to send."""

    code: str
    title: str
    unit_code: str
    unit_name: str
    year: int
    before: date | None = None


def clone(parent: CampaignSpec, scheme_code: str, own: OwnCampaign) -> str:
    """The text of a unit's campaign that carries out a scheme of ``parent``.

    Raises Invalid("scheme_not_found"), Invalid("scheme_not_the_heads") where not the unit's head confers,
    Invalid("year_outside_campaign").
    """
    scheme = parent.scheme(scheme_code)
    if scheme is None or scheme.procedure.path is not DecisionPath.OWN_HEAD:
        raise Invalid("scheme_not_the_heads", field="scheme", scheme=scheme.title if scheme else scheme_code)
    if own.year not in parent.years:
        raise Invalid("year_outside_campaign", field="year", year=own.year, years=list(parent.years))
    return _text(_content(parent, scheme, own), parent, scheme)


def _content(parent: CampaignSpec, scheme: Scheme, own: OwnCampaign) -> dict[str, Any]:
    kept = parent.model_dump(exclude_defaults=True)
    names = ("participants", "contents", "score", "screening", "holidays", "timestamp")
    return {
        "code": own.code,
        "title": own.title,
        "issuing_unit": own.unit_code,
        "issuing_authority": own.unit_name,
        "issue": {"number": None, "issued_on": None, "capacity": "none", "position": "THỦ TRƯỞNG"},
        "parent": {"campaign": parent.code, "scheme": scheme.code},
        "period": _period(own),
        "years": [own.year],
        "legal_bases": [*kept["legal_bases"], _own_plan(own)],
        **{name: kept[name] for name in names if name in kept},
        "schemes": [_scheme(scheme, own)],
        "funds": kept["funds"],
        "recipients": [f"Các đơn vị thuộc {own.unit_name}", "Lưu: VT"],
    }


def _own_plan(own: OwnCampaign) -> dict[str, Any]:
    return {
        "code": OWN_PLAN,
        "kind": "plan",
        "issuer": own.unit_name,
        "title": own.title,
        "short": f"Kế hoạch của {own.unit_name}",
    }


def _period(own: OwnCampaign) -> dict[str, Any]:
    return {"starts_on": date(own.year, 1, 1), "ends_on": date(own.year, 12, 31), "text": f"Năm {own.year}"}


def _scheme(scheme: Scheme, own: OwnCampaign) -> dict[str, Any]:
    """The scheme as the parent has it, for one year, by the unit's own head, with papers and the head's deadline."""
    kept: dict[str, Any] = scheme.model_dump(exclude_defaults=True)
    kept["decision"].pop("special_authorities", None)
    kept["occurrence"] = "yearly"
    kept["deadlines"] = [_deadline(own)] if own.before else []
    if not scheme.requirements:
        kept["requirements"] = [_letter(), _list(), _report()]
    kept["criteria"] = [_of_one_year(each) for each in kept.get("criteria", [])]
    return kept


def _of_one_year(criterion: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in criterion.items() if key != "years_at_least"}


def _by_head(number: int) -> dict[str, Any]:
    return {"rule": f"H{number:02d}", "citation": {"basis": OWN_PLAN, "place": "Hồ sơ đề nghị khen thưởng"}}


def _deadline(own: OwnCampaign) -> dict[str, Any]:
    title = f"Gửi hồ sơ về {own.unit_name} trình Thủ trưởng"
    return {"code": "gui-ho-so", "kind": "to_head", "title": title, "before": own.before, "late": "flag", **_by_head(1)}


def _letter() -> dict[str, Any]:
    head = {"action": "approval", "position": "head", "capacities": _HEAD_CAPACITIES}
    return {
        "code": "van-ban-de-nghi",
        "title": "Văn bản đề nghị khen thưởng",
        "scope": "dossier",
        "document_kind": "submission_letter",
        "number_and_date": True,
        "mentions": ["unit", "scheme"],
        "route": [
            {"title": "Lãnh đạo ký", "steps": [head]},
            {"title": "Cấp số và ngày", "steps": [{"action": "number", "position": "registrar"}]},
            {"title": "Đóng dấu", "steps": [{"action": "seal", "position": "registrar"}]},
        ],
        **_by_head(2),
    }


def _list() -> dict[str, Any]:
    return {
        "code": "danh-sach",
        "title": "Danh sách đề nghị khen thưởng",
        "scope": "dossier",
        "document_kind": "nominee_list",
        "mentions": ["nominees"],
        "route": [
            {"title": "Người lập danh sách ký", "steps": [{"action": "initials", "position": "specialist"}]},
        ],
        **_by_head(3),
    }


def _report() -> dict[str, Any]:
    head = {"action": "approval", "position": "head", "capacities": _HEAD_CAPACITIES}
    return {
        "code": "bao-cao-tom-tat",
        "title": "Báo cáo tóm tắt thành tích",
        "scope": "nominee",
        "document_kind": "achievement_report",
        "mentions": ["nominees"],
        "by_contents": True,
        "route": [{"title": "Thủ trưởng xác nhận", "steps": [head]}],
        **_by_head(4),
    }


def _text(content: dict[str, Any], parent: CampaignSpec, scheme: Scheme) -> str:
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(type(None), _null)
    target = StringIO()
    target.write(f"# Theo {scheme.title} ({parent.code}). H01, H02…: quy định của Thủ trưởng đơn vị.\n\n")
    yaml.dump(_plain(content), target)
    return target.getvalue()


def _null(representer: Any, _value: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


_KEPT_EMPTY = ("limit",)  # an open number is said, not left out


def _plain(value: Any) -> Any:
    """Values as a file has them, days as days; what is empty is left out, as whoever writes by hand leaves it out."""
    if isinstance(value, Mapping):
        kept = ((key, each) for key, each in value.items() if each is not None or key in _KEPT_EMPTY)
        return {key: _plain(each) for key, each in kept}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
