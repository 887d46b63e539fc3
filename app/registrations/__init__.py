"""A student at a fair: place, ticket."""
