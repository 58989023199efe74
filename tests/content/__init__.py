"""Proofs of what the checklists say: every example runs as it stands in the YAML."""
