"""Real processes with addresses of their own, and every fault of FAILOVER.md section 8 by name. docs/reliability.md."""
