"""Faults under load, and the ledger of what was acknowledged meanwhile."""
