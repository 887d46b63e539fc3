"""Questions an organiser puts to people of a fair, and how answers are asked for and read."""
