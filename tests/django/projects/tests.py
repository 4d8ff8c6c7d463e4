from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token
from rest_framework.test import APITestCase

from projects.models import Check, File, Project


class ProjectsTests(APITestCase):
    @classmethod
    def setUpTestData(cls):
        cls.users = [User.objects.create(username=f"user{number}") for number in range(5)]
        cls.token = Token.objects.create(user=cls.users[0])
        cls.projects = Project.objects.bulk_create(
            Project(
                name=f"project {number}",
                status="archived" if number % 3 == 0 else "active",
                owner=cls.users[number % 5],
            )
            for number in range(30)
        )
        File.objects.bulk_create(
            File(kind=kind, path=f"{kind}/{number}", size=number, project=project)
            for project in cls.projects
            for kind in File.Kind.values
            for number in range(12)
        )
        Check.objects.bulk_create(
            Check(
                name=f"check {number}",
                state="failed" if project.pk % 2 and number < 2 else "passed",
                project=project,
                author=cls.users[number % 5],
            )
            for project in cls.projects[:10]
            for number in range(55)
        )

    def post(self, path, data):
        return self.client.post(
            path, data, format="json", HTTP_AUTHORIZATION=f"Token {self.token.key}"
        )

    def test_tuned_list_takes_two_queries(self):
        with self.assertNumQueries(2):
            response = self.client.get("/api/v1/projects/?file_kind=test")
        for project in response.json()["results"]:
            self.assertEqual([file["size"] for file in project["files"]], list(range(11, 1, -1)))

    def test_tuned_detail_takes_three_queries(self):
        with self.assertNumQueries(3):
            project = self.client.get(f"/api/v1/projects/{self.projects[0].pk}/").json()
        self.assertEqual(len(project["checks"]), 50)
        kinds = [file["kind"] for file in project["files"]]
        self.assertEqual(kinds, [kind for kind in sorted(File.Kind.values) for _ in range(10)])

    def test_naive_asks_project_by_project(self):
        with self.assertNumQueries(2 + 20 * 2):
            self.client.get("/naive/api/v1/projects/")
        with self.assertNumQueries(1 + 4 + 1 + 1 + 50):
            self.client.get(f"/naive/api/v1/projects/{self.projects[0].pk}/")

    def test_both_ways_tell_the_same_projects(self):
        owner = self.users[1].pk
        for query in ["", f"owner={owner}", "status=archived", "checks=failed", "file_kind=data"]:
            naive = self.client.get(f"/naive/api/v1/projects/?page_size=30&{query}").json()
            tuned = self.client.get(f"/api/v1/projects/?page_size=30&{query}").json()
            self.assertEqual(tuned["results"], naive["results"], query)
            self.assertTrue(tuned["results"], query)
        path = f"/api/v1/projects/{self.projects[3].pk}/"
        self.assertEqual(self.client.get(path).json(), self.client.get("/naive" + path).json())

    def test_filters_are_validated_together(self):
        for prefix in ["", "/naive"]:
            response = self.client.get(f"{prefix}/api/v1/projects/?owner=x&status=x&file_kind=x")
            self.assertEqual(response.status_code, 400)
            self.assertEqual(list(response.json()), ["owner", "status", "file_kind"])

    def test_a_batch_is_one_insert_tuned_and_one_each_naive(self):
        batch = [{"name": f"new {number}"} for number in range(5)]
        with self.assertNumQueries(1 + 1):  # The token, the INSERT.
            tuned = self.post("/api/v1/projects/", batch)
        self.assertEqual([project["name"] for project in tuned.json()], [b["name"] for b in batch])
        self.assertTrue(all(project["id"] for project in tuned.json()))
        with self.assertNumQueries(1 + 5):
            self.post("/naive/api/v1/projects/", batch)

    def test_a_bad_batch_creates_nothing_and_names_each_mistake(self):
        for prefix in ["", "/naive"]:
            batch = [{"name": "good"}, {}, 3]
            response = self.post(f"{prefix}/api/v1/projects/", batch)
            self.assertEqual(response.status_code, 400)
            self.assertEqual(list(response.json()), ["1", "2"])
            too_long = self.post(f"{prefix}/api/v1/projects/", [{}] * 501).json()
            words = "Ensure this field has no more than 500 elements."
            self.assertEqual(too_long, {"non_field_errors": [words]})
        self.assertEqual(Project.objects.count(), 30)
