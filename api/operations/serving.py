"""What the service needs of the database: both pools, and the wall between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from api.operations.database import connected
from api.service import Service
from api.settings import Settings
from layers.database import open_serving_engine
from layers.public_wall import admit, open_public_engine, public_url, raise_wall, require_wall


@contextmanager
def serving(settings: Settings) -> Iterator[Service]:
    """Make the database ready to be served, and give the service with both pools, closed afterwards.

    Raises
    ------
    DatabaseError
        Where there is no database, or no login for the public that sees what is for everybody alone.
    """
    with connected(settings) as owner, ExitStack() as opened:
        raise_wall(owner)
        given = settings.public_database_url
        public = open_public_engine(given or public_url(owner))
        opened.callback(public.dispose)
        if given is None:
            admit(owner, public)
        require_wall(public)
        private = open_serving_engine(owner.url.render_as_string(hide_password=False))
        opened.callback(private.dispose)
        yield Service(settings, private=private, public=public)
