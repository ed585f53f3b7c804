"""From chunks of rows to rows of PostGIS: one batch, one transaction."""
