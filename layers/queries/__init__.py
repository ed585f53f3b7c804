"""Questions to the database, one module or .sql file for each."""
