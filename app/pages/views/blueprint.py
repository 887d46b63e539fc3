"""The one blueprint of these pages."""

from flask import Blueprint

bp = Blueprint("pages", __name__)
