"""Where a cable can lie: roads as a side-aware corner graph, and how parcels and feeders attach to it."""
