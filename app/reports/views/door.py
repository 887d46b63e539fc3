"""The blueprint of the room."""

from flask import Blueprint

bp = Blueprint("reports", __name__)
