"""The queue: wiring, retries, what runs after a commit, the sweep."""
