"""The parts of ``benchmarks/checkin.py``: what it prepares, starts, asks and prints."""
