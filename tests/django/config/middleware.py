from django.conf import settings
from rest_framework import status

from config.errors import json_error


class BodyLimitMiddleware:
    """Answers 413 before a body over MAX_BODY_BYTES is read."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.MAX_BODY_BYTES:
            return json_error(
                "Request body is too large.", status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
            )
        return self.get_response(request)
