"""Open capacity (可开放容量): what can still be promised at each asset, and why."""
