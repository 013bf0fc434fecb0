"""Monitors, servers, networks, clocks and a database as models; the real rules between them. docs/reliability.md."""
