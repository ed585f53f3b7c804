"""Settings, operations, the command line and the web application."""
