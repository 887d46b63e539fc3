"""Data rights across rooms."""
