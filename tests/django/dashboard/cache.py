"""The dashboards that were answered lately, by user.

A user's pages are kept under a version of their own. A write gives the user a new version once it
is in the database, so that a page read before it can still be stored, but is never found again.
"""

from contextlib import contextmanager
from hashlib import sha256
from uuid import uuid4

from django.core.cache import caches


class DashboardCache:
    def __init__(self, user, uri):
        self.user = user
        self.uri = uri

    def get_or_render(self, render):
        """The page as bytes: remembered, or else rendered and remembered."""
        key = self.key()  # Before anything is read: a write from now on makes it out of date.
        page = store().get(key)
        if page is None:
            page = render()
            store().set(key, page)
        return page

    def key(self):
        version = store().get_or_set(version_key(self.user), new_version, timeout=None)
        return f"page:{self.user.pk}:{version}:{sha256(self.uri.encode()).hexdigest()}"


@contextmanager
def invalidated_for(user):
    """After a write, and after one that failed too: it may have been committed."""
    try:
        yield
    finally:
        store().set(version_key(user), new_version(), timeout=None)


def store():
    return caches["dashboard"]


def version_key(user):
    return f"version:{user.pk}"


def new_version():
    # Not a number counted up: one that was evicted and starts anew must not meet old pages.
    return uuid4().hex
