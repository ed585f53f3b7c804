"""One function for each thing a user can do, free of the web framework and of the terminal."""
