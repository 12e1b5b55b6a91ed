"""Everything the product knows and does. Knows nothing of Dash or Flask."""
