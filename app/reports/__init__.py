"""Figures: board, snapshots, the yearly report."""
