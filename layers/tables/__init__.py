"""The database's tables: one schema ``grid``, made from the column dictionary."""
