"""The demo district (演示区): an invented place, written as the files a Chinese utility would hand over."""

from layers.demo.files import DemoFile, read_demo, write_demo

__all__ = ["DemoFile", "read_demo", "write_demo"]
