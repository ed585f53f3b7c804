"""What OGC API Features and Tiles print of the collections (开放地理信息接口)."""
