"""The endpoints, thin over selectors and services."""
