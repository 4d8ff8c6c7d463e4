"""Every error is JSON in Django REST Framework's shape, those outside its views too."""

import logging

from django.db import InterfaceError, OperationalError
from django.http import JsonResponse
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ParseError
from rest_framework.views import exception_handler as rest_exception_handler

logger = logging.getLogger(__name__)


class DatabaseUnavailable(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "Service temporarily unavailable, try again later."
    default_code = "service_unavailable"
    wait = 1


def exception_handler(exc, context):
    """As REST framework's own, and 503 where the database did not answer."""
    if isinstance(exc, (OperationalError, InterfaceError)):
        logger.warning("the database did not answer: %s", exc)
        exc = DatabaseUnavailable()
    return rest_exception_handler(exc, context)


def json_error(detail, status_code):
    return JsonResponse(
        {"detail": str(detail)},
        status=status_code,
        json_dumps_params={"separators": (",", ":")},
    )


def bad_request(request, exception):
    return json_error(ParseError.default_detail, status.HTTP_400_BAD_REQUEST)


def not_found(request, exception):
    return json_error(NotFound.default_detail, status.HTTP_404_NOT_FOUND)


def server_error(request):
    return json_error(APIException.default_detail, status.HTTP_500_INTERNAL_SERVER_ERROR)
