"""Set-up and house-keeping programs. Nothing here is needed while the product serves."""
