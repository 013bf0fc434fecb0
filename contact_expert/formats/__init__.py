"""How dates and times are written; Django looks for the language below."""
