"""Tours, stops, fairs."""
