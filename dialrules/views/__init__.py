"""Pages of dial rules and of a domain's emergency."""
