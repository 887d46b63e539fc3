"""Employers, their members, their positions."""
