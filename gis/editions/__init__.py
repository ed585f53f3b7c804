"""Disclosure editions (公开期次): what is frozen, what the public sees of it, how it is proved."""
