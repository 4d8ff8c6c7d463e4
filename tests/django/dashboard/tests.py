from datetime import date

from django.contrib.auth.models import User
from django.core.cache import caches
from rest_framework.authtoken.models import Token
from rest_framework.test import APITestCase

from dashboard.cache import DashboardCache, invalidated_for
from dashboard.models import Item


class DashboardTests(APITestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = User.objects.create(username="owner")
        cls.token = Token.objects.create(user=cls.user)
        other = User.objects.create(username="other")
        cls.others = Item.objects.create(title="not mine", owner=other)
        statuses = Item.Status.values
        Item.objects.bulk_create(
            Item(title=f"item {number}", status=statuses[number % 3], owner=cls.user)
            for number in range(31)
        )

    def setUp(self):
        caches["dashboard"].clear()
        self.client.credentials(HTTP_AUTHORIZATION=f"Token {self.token.key}")

    def test_tuned_takes_token_page_and_counts_then_only_the_token(self):
        with self.assertNumQueries(3):
            first = self.client.get("/api/dashboard/")
        with self.assertNumQueries(1):
            again = self.client.get("/api/dashboard/")
        self.assertEqual(again.content, first.content)
        counts = {"total": 31, "open": 11, "done": 10, "archived": 10}
        self.assertEqual(first.json()["counts"], counts)
        self.assertEqual(len(first.json()["results"]), 20)

    def test_naive_takes_a_query_for_each_count(self):
        with self.assertNumQueries(7):
            response = self.client.get("/naive/api/dashboard/")
        self.assertNotIn("ETag", response)
        self.assertNotIn("Cache-Control", response)

    def test_an_unchanged_dashboard_is_not_sent_again(self):
        first = self.client.get("/api/dashboard/")
        self.assertEqual(first["Cache-Control"], "private, no-cache")
        self.assertIn("Authorization", first["Vary"])
        same = self.client.get("/api/dashboard/", HTTP_IF_NONE_MATCH=first["ETag"])
        self.assertEqual((same.status_code, same.content), (304, b""))

    def test_each_write_is_seen_by_the_next_read(self):
        def titles():
            page = self.client.get("/api/dashboard/").json()
            return page["counts"]["total"], page["results"][0]["title"]

        self.assertEqual(titles(), (31, "item 30"))
        item = self.client.post("/api/dashboard/", {"title": "new"}, format="json").json()
        self.assertEqual(titles(), (32, "new"))
        path = f"/api/dashboard/{item['id']}/"
        self.client.patch(path, {"title": "renamed", "due_on": "2026-01-31"}, format="json")
        self.assertEqual(titles(), (32, "renamed"))
        self.assertEqual(Item.objects.get(pk=item["id"]).due_on, date(2026, 1, 31))
        self.assertEqual(self.client.delete(path).status_code, 204)
        self.assertEqual(titles(), (31, "item 30"))

    def test_a_page_read_before_a_write_is_not_remembered_after_it(self):
        def overtaken_by_a_write():
            with invalidated_for(self.user):
                pass
            return b"old"

        page = DashboardCache(self.user, "uri")
        page.get_or_render(overtaken_by_a_write)
        self.assertEqual(page.get_or_render(lambda: b"new"), b"new")

    def test_a_write_that_failed_makes_no_page_stay(self):
        page = DashboardCache(self.user, "uri")
        page.get_or_render(lambda: b"old")
        with self.assertRaises(OSError), invalidated_for(self.user):
            raise OSError
        self.assertEqual(page.get_or_render(lambda: b"new"), b"new")

    def test_the_items_of_others_are_not_found(self):
        for prefix in ["", "/naive"]:
            path = f"{prefix}/api/dashboard/{self.others.pk}/"
            for response in [self.client.patch(path, {}, format="json"), self.client.delete(path)]:
                self.assertEqual(response.status_code, 404)
                self.assertEqual(response.json(), {"detail": "No Item matches the given query."})

    def test_nobody_is_told_a_dashboard_without_a_token(self):
        self.client.credentials()
        response = self.client.get("/api/dashboard/")
        self.assertEqual((response.status_code, response["WWW-Authenticate"]), (401, "Token"))
