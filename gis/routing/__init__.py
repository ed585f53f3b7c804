"""Routes on the corner graph: for one parcel, for all parcels at once, and what a route measures."""
