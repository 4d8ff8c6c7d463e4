from django.urls import path

from users.views import naive as naive_views
from users.views import tuned as tuned_views

naive = [
    path("", naive_views.UserList.as_view()),
    path("<int:pk>/", naive_views.UserDetail.as_view()),
]

tuned = [
    path("", tuned_views.UserList.as_view()),
    path("<int:pk>/", tuned_views.UserDetail.as_view()),
]
