"""The history of a thing, as a chain that an outsider can verify."""

from flask import Blueprint

bp = Blueprint("audit", __name__, url_prefix="/audit")
