"""A browser that fails a test on any request to another host, any console error and any page error."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_OWN_HOSTS = {"", "127.0.0.1", "localhost"}


@dataclass
class Watch:
    """What a page did.

    Attributes
    ----------
    requests
        Every URL asked for, in order.
    faults
        Requests to other hosts, errors of the console, errors of the page.
    """

    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Watch a page."""
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob", "about"} and (address.hostname or "") not in _OWN_HOSTS:
            self.faults.append(f"request to another host: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console {message.type}: {message.text}")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Start the system's Chromium."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    assert found, "The browser tests need Chromium: apt-get install chromium."
    return {"executable_path": found, "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """Give every page the window of an office screen."""
    return {"viewport": {"width": 1400, "height": 900}, "locale": "zh-CN"}


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Watch the test's pages, and fail where they did what no page of ours may."""
    made = Watch()
    yield made
    assert not made.faults, "\n".join(made.faults)


@pytest.fixture(scope="session")
def shared_context(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One profile for all pages, which fetches once what never changes; a page keeps things in its tab."""
    with browser.new_context(**browser_context_args) as made:
        yield made


@pytest.fixture
def page(shared_context: BrowserContext, watch: Watch) -> Iterator[Page]:
    """Open a watched page."""
    made = shared_context.new_page()
    watch.over(made)
    yield made
    made.close()
