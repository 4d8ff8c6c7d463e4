from django.contrib.auth.models import User
from rest_framework.test import APITestCase

from articles.models import Article


class ArticlesTests(APITestCase):
    @classmethod
    def setUpTestData(cls):
        authors = [User.objects.create(username=f"author{number}") for number in range(5)]
        Article.objects.bulk_create(
            Article(
                title=f"Postgres {number}" if number % 2 else f"Harvest {number}",
                slug=f"article-{number}",
                content="Vacuum and postgres" if number % 3 else "Apples",
                status=Article.Status.DRAFT if number == 7 else Article.Status.PUBLISHED,
                author=authors[number % 5],
            )
            for number in range(40)
        )

    def found(self, search, path="/api/articles/"):
        response = self.client.get(path, {"search": search, "page_size": 100})
        self.assertEqual(response.status_code, 200, search)
        return [article["title"] for article in response.json()["results"]]

    def test_tuned_list_takes_one_query(self):
        with self.assertNumQueries(1):
            self.assertEqual(len(self.client.get("/api/articles/").data["results"]), 20)

    def test_tuned_search_takes_one_query_and_ranks_titles_first(self):
        with self.assertNumQueries(1):
            titles = self.found("postgres")
        self.assertTrue(titles[0].startswith("Postgres"))
        self.assertTrue(titles[-1].startswith("Harvest"))
        self.assertNotIn("Postgres 7", titles)

    def test_a_misspelt_word_takes_a_second_query(self):
        with self.assertNumQueries(2):
            self.assertEqual(len(self.found("postgrez")), 19)

    def test_each_way_of_searching_goes_on_to_its_next_pages(self):
        for search in ["postgres", "postgrez"]:
            whole = self.found(search)
            url, titles = f"/api/articles/?search={search}&page_size=3", []
            while url:
                page = self.client.get(url).json()
                titles += [article["title"] for article in page["results"]]
                url = page["next"]
            self.assertEqual(titles, whole)

    def test_no_text_is_an_error_of_syntax(self):
        for search in ["'", "!&|()", "a & | b", '"open', "-", "<->", "\u00fc\u4e16", "%_\\", ":*"]:
            self.found(search)
            self.found(search, "/naive/api/articles/")

    def test_what_cannot_be_searched_is_refused(self):
        for path in ["/api/articles/", "/naive/api/articles/"]:
            response = self.client.get(path, {"search": "x" * 201})
            detail = "search has 201 characters: at most 200 are allowed."
            self.assertEqual((response.status_code, response.json()), (400, {"detail": detail}))
            response = self.client.get(path, {"search": "a\0b"})
            detail = "Null characters are not allowed."
            self.assertEqual((response.status_code, response.json()), (400, {"detail": detail}))

    def test_naive_list_asks_for_each_author(self):
        with self.assertNumQueries(22):
            self.client.get("/naive/api/articles/")

    def test_a_position_that_is_no_time_or_rank_is_not_found(self):
        for path in ["/api/articles/?", "/api/articles/?search=postgres&"]:
            self.assertEqual(self.client.get(path + "cursor=cD1hYmM%3D").status_code, 404)
