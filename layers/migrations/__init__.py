"""Migrations of the schema, run by ``layers.database.upgrade``."""
