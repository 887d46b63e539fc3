"""Foundations: no domain, no HTTP."""
