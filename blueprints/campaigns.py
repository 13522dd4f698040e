"""The screens of campaigns: which there are, what one says, and how it was revised."""

from flask import Blueprint, Response, abort, render_template

from blueprints.extensions import db
from blueprints.web import current_actor, permission
from dms.campaigns import service
from dms.campaigns.models import CampaignRevision
from dms.campaigns.spec import CampaignSpec
from dms.campaigns.vocabulary import DecisionPath, Side
from dms.policy import Permission, PositionKind, Role, allows

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")

SIDES = (Side.COORDINATOR, Side.APPRAISER, Side.CHAIR, Side.CHAIR_OFFICE, Side.STEERING_COMMITTEE)


@bp.get("")
@permission(Permission.CAMPAIGN_READ)
def index() -> str:
    newest = service.list_latest(db.session())
    return render_template("campaigns/index.html", campaigns=[(each, service.spec_of(each)) for each in newest])


@bp.get("/<code>", defaults={"number": None})
@bp.get("/<code>/revisions/<int:number>")
@permission(Permission.CAMPAIGN_READ)
def show(code: str, number: int | None) -> str:
    revision = _revision(code, number)
    spec = service.spec_of(revision)
    return render_template(
        "campaigns/show.html",
        revision=revision,
        spec=spec,
        bodies=[(side, body) for side in SIDES if (body := spec.body(side))],
        revisions=service.revisions(db.session(), code),
        may_open=current_actor().has_role(Role.CLERK),
        may_revise=allows(current_actor(), Permission.CAMPAIGN_REVISE, revision.campaign),
        may_clone=_may_clone(spec),
        parent=_parent(spec),
    )


@bp.get("/<code>/revisions/<int:number>/source.yaml")
@permission(Permission.CAMPAIGN_READ)
def source(code: str, number: int) -> Response:
    revision = _revision(code, number)
    headers = {"Content-Disposition": f"attachment; filename={code}-{number}.yaml"}
    return Response(revision.source, mimetype="application/yaml", headers=headers)


def _may_clone(spec: CampaignSpec) -> bool:
    """Whether the actor has a unit to open a campaign for, and an award here is the head's to confer (P23)."""
    actor = current_actor()
    has_unit = actor.has_role(Role.CLERK) or actor.has_role(Role.ADMINISTRATOR)
    is_head = any(kind is PositionKind.HEAD for kind, _unit in actor.seats)
    heads = any(scheme.procedure.path is DecisionPath.OWN_HEAD for scheme in spec.schemes)
    return spec.parent is None and heads and (has_unit or is_head)


def _parent(spec: CampaignSpec) -> CampaignRevision | None:
    """The newest revision of the campaign that this one carries out, where it is known here."""
    if spec.parent is None:
        return None
    return next(iter(service.revisions(db.session(), spec.parent.campaign)), None)


def _revision(code: str, number: int | None) -> CampaignRevision:
    """The revision with this number, the newest where none is named."""
    if number is None:
        return service.latest(db.session(), code)
    found = next((each for each in service.revisions(db.session(), code) if each.number == number), None)
    return found or abort(404)
