from django.conf import settings
from rest_framework import status

from config.errors import json_error

# As much of a refused body is read and thrown away: a client that is still sending would not see the answer.
LINGER = 8 * settings.MAX_BODY_BYTES


class BodyLimitMiddleware:
    """Answers 413 to a body over MAX_BODY_BYTES, whatever it says."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.MAX_BODY_BYTES:
            discard(request)
            return json_error(
                "Request body is too large.", status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
            )
        return self.get_response(request)


def discard(body):
    read = 0
    while read < LINGER and (chunk := body.read(64 * 1024)):
        read += len(chunk)
