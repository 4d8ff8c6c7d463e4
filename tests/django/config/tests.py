from unittest import mock

from django.core.cache import cache
from django.db import OperationalError
from django.test import SimpleTestCase
from rest_framework.test import APITestCase
from rest_framework.throttling import AnonRateThrottle

from config import database


class ErrorsTests(APITestCase):
    def test_errors_outside_of_views_are_json(self):
        for path in ["/nothing/", "/api/users/one/"]:
            response = self.client.get(path)
            self.assertEqual(
                (response.status_code, response.content), (404, b'{"detail":"Not found."}')
            )

    def test_a_large_body_is_refused(self):
        response = self.client.post(
            "/api/dashboard/", b"x" * (2**20 + 1), content_type="application/json"
        )
        body = b'{"detail":"Request body is too large."}'
        self.assertEqual((response.status_code, response.content), (413, body))

    def test_a_database_that_is_gone_is_503(self):
        gone = mock.patch("rest_framework.generics.ListAPIView.get", side_effect=OperationalError)
        with gone, self.assertLogs("config.errors", "WARNING"):
            response = self.client.get("/api/users/")
        self.assertEqual((response.status_code, response["Retry-After"]), (503, "1"))
        detail = "Service temporarily unavailable, try again later."
        self.assertEqual(response.json(), {"detail": detail})

    def test_who_asks_too_often_is_throttled(self):
        cache.clear()
        with mock.patch.object(AnonRateThrottle, "THROTTLE_RATES", {"anon": "2/min", "user": None}):
            answers = [self.client.get("/api/users/") for _ in range(3)]
        cache.clear()
        self.assertEqual([answer.status_code for answer in answers], [200, 200, 429])
        self.assertEqual(answers[2]["Retry-After"], "60")


class DatabaseUrlTests(SimpleTestCase):
    def test_a_url_is_taken_apart(self):
        found = database.from_url("postgres://me:p%40ss@db.example:5433/main?sslmode=require")
        expected = {
            "NAME": "main",
            "USER": "me",
            "PASSWORD": "p@ss",
            "HOST": "db.example",
            "PORT": "5433",
            "OPTIONS": {"sslmode": "require"},
        }
        self.assertEqual(found, expected)

    def test_statements_are_limited_in_time(self):
        options = database.configure({"PGOPTIONS": "-c jit=off"})["OPTIONS"]["options"]
        self.assertEqual(options, "-c jit=off -c statement_timeout=5s")
