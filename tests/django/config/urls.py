from django.urls import include, path

import articles.urls
import dashboard.urls
import projects.urls
import users.urls

urlpatterns = [
    path("api/users/", include(users.urls.tuned)),
    path("api/dashboard/", include(dashboard.urls.tuned)),
    path("api/articles/", include(articles.urls.tuned)),
    path("api/v1/projects/", include(projects.urls.tuned)),
    path("naive/api/users/", include(users.urls.naive)),
    path("naive/api/dashboard/", include(dashboard.urls.naive)),
    path("naive/api/articles/", include(articles.urls.naive)),
    path("naive/api/v1/projects/", include(projects.urls.naive)),
]

handler400 = "config.errors.bad_request"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
