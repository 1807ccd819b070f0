"""Whoever starts a command as root becomes the user whom the data belongs to.

What root writes beside a service's database (a restored file, a new key, a lock), the service can
no longer use.
"""

import os
import pwd
from pathlib import Path


def become_owner_of(data: Path) -> str | None:
    """Take on the owner of `data`, or of the nearest folder above that exists, when this is root.

    Returns that user's name, None when nothing was to be changed. Raises `OSError`.
    """
    if os.geteuid() != 0:
        return None
    place = data.absolute()
    while not place.exists():
        place = place.parent
    there = place.stat()
    if there.st_uid == 0:
        return None
    try:
        name = pwd.getpwuid(there.st_uid).pw_name
        os.initgroups(name, there.st_gid)
    except KeyError:
        name = str(there.st_uid)
        os.setgroups([])
    os.setgid(there.st_gid)
    os.setuid(there.st_uid)
    return name
