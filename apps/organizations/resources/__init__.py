"""The tree's ledgers: towns, places and schools, and the units at them. `base` is what every ledger of an organization's rows shares."""

from apps.organizations.resources import tree, units

__all__ = ["tree", "units"]
