"""What a process that reads strangers' bytes may use."""

import sys

MEMORY = 1 << 30
"""Bytes of address space."""


def limit_memory(limit: int = MEMORY) -> None:
    """Let the system refuse this process more than `limit` bytes, and core files. Does nothing on Windows."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        if soft == resource.RLIM_INFINITY or soft > limit:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
