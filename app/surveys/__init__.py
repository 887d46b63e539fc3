"""A short survey after a fair: sent by link, answered without a name, told in numbers."""
