"""Disclosure editions in the database and as files: published whole or not at all, and proved unchanged."""
