"""The counselors' ledgers: who they are, and whom they visit."""

from apps.counselors.resources import exchanges, register

__all__ = ["exchanges", "register"]
