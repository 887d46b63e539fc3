"""Resume shares, the intent ladder, agreements."""
