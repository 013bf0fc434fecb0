"""Contact Expert: administration and failover of pairs of application servers."""

__version__ = "0.1.0"
