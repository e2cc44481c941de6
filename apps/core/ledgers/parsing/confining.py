"""What the reading process may use: little at first, more where a file honestly unpacks to more, and never beyond the hard limits."""

import resource
from pathlib import Path

from apps.core.ledgers.parsing import limits

MB = 1 << 20


def confine() -> None:
    """From here on no file is written, no process begun, no core left, and memory and time are counted."""
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 16),
        (resource.RLIMIT_AS, _address_space() + limits.MOST_MEMORY_MB * MB),
        (resource.RLIMIT_CPU, limits.MOST_CPU_SECONDS + 1),
    ):
        resource.setrlimit(kind, (most, most))
    allow(0)


def allow(size: int) -> None:
    """So much as a file needs that unpacks to so many bytes."""
    memory = min(limits.MEMORY_MB + size / MB * limits.MEMORY_MB_PER_MB, limits.MOST_MEMORY_MB)
    seconds = min(limits.CPU_SECONDS + size / MB * limits.CPU_SECONDS_PER_MB, limits.MOST_CPU_SECONDS)
    _set(resource.RLIMIT_AS, _address_space() + int(memory * MB))
    _set(resource.RLIMIT_CPU, round(seconds))


def _set(kind: int, soft: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (min(soft, hard), hard))


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
