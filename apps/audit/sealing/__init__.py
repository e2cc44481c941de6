"""The chain of seals over every log (ADR 008): sealing, verifying, archiving."""
