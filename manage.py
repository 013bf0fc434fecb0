#!/usr/bin/env python3
"""Django's command line, with the faults of a start told in a sentence instead of a traceback."""

import os
import sys

from contact_expert.startup import told_in_a_sentence


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contact_expert.settings")
    with told_in_a_sentence():
        from django.core.management import execute_from_command_line  # after the settings' variable is set

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
