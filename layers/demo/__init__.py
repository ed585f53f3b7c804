"""The demo district (演示区): an invented place, generated as the files a Chinese utility would hand over."""
