"""The blueprint of this room."""

from flask import Blueprint

bp = Blueprint("students", __name__)
