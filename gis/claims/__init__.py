"""The claims register (在途容量登记): what may happen to an accepted application, and whether it fits."""
