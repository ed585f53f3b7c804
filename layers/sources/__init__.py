"""Importers: from the files that users have to chunks of rows."""
