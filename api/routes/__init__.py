"""Routes of the web application, a module for each thing that is asked for."""
