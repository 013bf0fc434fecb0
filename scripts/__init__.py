"""What the Makefile starts: the console with its monitor, and the demo. Standard library only, except demo_domains."""
