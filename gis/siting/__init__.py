"""Siting (选址接电): what a parcel and a load can get from the grid, and how that is told."""
