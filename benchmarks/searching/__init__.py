"""How long a search for positions takes: what is made, what is asked, other indexes."""
