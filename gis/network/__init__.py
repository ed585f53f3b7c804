"""The grid as a network: its model and its checks."""
