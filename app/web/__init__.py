"""The gate: HTTP, no domain."""
