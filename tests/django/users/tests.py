from django.contrib.auth.models import Group, Permission, User
from rest_framework.test import APITestCase

from users.models import Profile


class UsersTests(APITestCase):
    @classmethod
    def setUpTestData(cls):
        some = list(Permission.objects.order_by("id")[:3])
        writers = Group.objects.create(name="writers")
        writers.permissions.set(some[:2])
        for number in range(30):
            user = User.objects.create(username=f"user{number}", is_superuser=number == 1)
            user.groups.add(writers)
            user.user_permissions.add(some[2])
            if number % 2:
                Profile.objects.create(user=user, bio=f"bio {number}")
        User.objects.filter(username="user2").update(is_active=False)

    def test_tuned_list_takes_a_query_for_each_table(self):
        # Users with profiles, own permissions, groups, their permissions, and all for superusers.
        with self.assertNumQueries(5) as queries:
            response = self.client.get("/api/users/?page_size=20")
        self.assertEqual(["ORDER BY" in query["sql"] for query in queries], [True] + [False] * 4)
        self.assertEqual(len(response.data["results"]), 20)

    def test_tuned_list_asks_only_for_the_wanted_fields(self):
        with self.assertNumQueries(1) as queries:
            response = self.client.get("/api/users/?fields=username,id,nonsense")
        self.assertIn('SELECT "auth_user"."id", "auth_user"."username" FROM', queries[0]["sql"])
        self.assertEqual(list(response.data["results"][0]), ["id", "username"])
        with self.assertNumQueries(2):
            self.client.get("/api/users/?fields=id,groups")
        with self.assertNumQueries(1):
            self.client.get("/api/users/?fields=profile")

    def test_tuned_detail_takes_a_query_for_each_table(self):
        path = f"/api/users/{User.objects.get(username='user4').pk}/"
        with self.assertNumQueries(4):
            self.client.get(path)

    def test_naive_list_asks_for_each_user(self):
        with self.assertNumQueries(2 + 20 * 4 - 2):  # An inactive user's permissions are not asked.
            self.client.get("/naive/api/users/?page_size=20")

    def test_both_ways_tell_the_same_users(self):
        naive = self.client.get("/naive/api/users/?page_size=30").json()
        tuned = self.client.get("/api/users/?page_size=30").json()
        self.assertEqual(tuned["results"], naive["results"])
        by_name = {user["username"]: user for user in tuned["results"]}
        self.assertEqual(len(by_name["user1"]["permissions"]), Permission.objects.count())
        self.assertEqual(by_name["user2"]["permissions"], [])
        self.assertEqual(len(by_name["user3"]["permissions"]), 3)
        self.assertIsNone(by_name["user4"]["profile"])

    def test_cursor_pages_lead_through_all_users_and_back(self):
        first = self.client.get("/api/users/?page_size=20").json()
        second = self.client.get(first["next"]).json()
        self.assertEqual(len(second["results"]), 10)
        self.assertIsNone(second["next"])
        back = self.client.get(second["previous"]).json()
        self.assertEqual(back["results"], first["results"])

    def test_a_broken_cursor_is_not_found(self):
        for cursor in ["cD1hYmM=", "A", "bz0tMQ==", "cj14", "\u00e9"]:
            response = self.client.get("/api/users/", {"cursor": cursor})
            self.assertEqual(
                (response.status_code, response.json()), (404, {"detail": "Invalid cursor"})
            )
