"""The claims register: its ledger, its locks, and what is read around a claim."""
