"""The tree's ledgers: towns, places and schools, and the units at them. `base` is what every ledger of an organization's rows shares."""

from apps.organizations.resources import profiles, tree, units

__all__ = ["profiles", "tree", "units"]
