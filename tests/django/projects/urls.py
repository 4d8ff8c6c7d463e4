from django.urls import path

from projects.views import naive as naive_views
from projects.views import tuned as tuned_views

naive = [
    path("", naive_views.ProjectList.as_view()),
    path("<int:pk>/", naive_views.ProjectDetail.as_view()),
]

tuned = [
    path("", tuned_views.ProjectList.as_view()),
    path("<int:pk>/", tuned_views.ProjectDetail.as_view()),
]
