"""Where Postgres is: DATABASE_URL, or libpq's own variables (PGHOST, PGDATABASE, ...)."""

from urllib.parse import parse_qsl, unquote, urlsplit


def from_url(url):
    """DATABASES["default"] for postgres://user:password@host:port/name?sslmode=require."""
    parts = urlsplit(url)
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def from_libpq(environ):
    """Left empty, libpq fills the rest in from PGHOST, PGUSER, PGPASSWORD, PGPORT."""
    return {"NAME": environ.get("PGDATABASE", "postgres"), "OPTIONS": {}}


def configure(environ):
    url = environ.get("DATABASE_URL")
    database = from_url(url) if url else from_libpq(environ)
    database["ENGINE"] = "django.db.backends.postgresql"
    database["CONN_MAX_AGE"] = None
    limit = "-c statement_timeout=5s"
    given = database["OPTIONS"].get("options") or environ.get("PGOPTIONS", "")
    database["OPTIONS"]["options"] = f"{given} {limit}".strip()
    return database
