"""Schools, venues, delegations: what several rooms refer to."""
