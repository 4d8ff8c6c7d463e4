from django.urls import path

from dashboard.views import naive as naive_views
from dashboard.views import tuned as tuned_views

naive = [
    path("", naive_views.Dashboard.as_view()),
    path("<int:pk>/", naive_views.DashboardItem.as_view()),
]

tuned = [
    path("", tuned_views.Dashboard.as_view()),
    path("<int:pk>/", tuned_views.DashboardItem.as_view()),
]
