"""What the child may take."""

# Address space in bytes, seconds of processor time: a damaged file of 120,000 rows takes about 60.
MEMORY = 512 * 1024 * 1024
SECONDS = 300
