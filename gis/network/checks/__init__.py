"""The checks of a grid (数据核查), one module for each kind of thing."""
