"""Core declares abstract models only: see lifecycle/models.py."""
