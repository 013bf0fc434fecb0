"""The parts of `manage.py failover`: one module a subcommand, each parses, calls and prints."""
