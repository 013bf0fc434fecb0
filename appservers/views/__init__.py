"""Pages of a domain: its form, its properties, its deletion."""
