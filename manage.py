#!/usr/bin/env python
"""Django's command line, with the portal's settings. What a command writes is signed with its name and the operator's."""

import getpass
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiaxing_pioneers.settings")
    import django
    from django.core.management import execute_from_command_line

    django.setup()
    from apps.audit import services

    with services.signed(command=" ".join(sys.argv[1:2]), name=f"{getpass.getuser()}（命令行）"):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
