"""The screens of signing."""

from flask import Blueprint

bp = Blueprint("signing", __name__, url_prefix="/signing")
