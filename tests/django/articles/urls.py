from django.urls import path

from articles.views import naive as naive_views
from articles.views import tuned as tuned_views

naive = [path("", naive_views.ArticleList.as_view())]

tuned = [path("", tuned_views.ArticleList.as_view())]
