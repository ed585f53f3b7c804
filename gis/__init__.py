"""The domain, pure: no database, no web, no environment, no clock."""
