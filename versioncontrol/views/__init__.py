"""The pages of Version Control."""
