"""Who may enter which endpoint, room by room; tests/test_house.py walks it."""
