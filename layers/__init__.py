"""PostGIS: tables, migrations, importers, queries, the private cluster."""
