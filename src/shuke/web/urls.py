"""Which address leads where: each app has its own file."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from shuke.insight.views import overview
from shuke.web import views

urlpatterns = [
    path("", overview, name="home"),
    path("health/", views.health, name="health"),
    path("palette/", views.palette, name="palette"),
    path("admin/login/", views.admin_log_in),
    path("admin/", admin.site.urls),
    path("api/", include("shuke.web.api")),
    path("style/", include("shuke.ui.urls")),
    path("jobs/", include("shuke.crm.jobs.urls")),
    path("customers/-/", include("shuke.crm.merging.urls")),
    path("customers/", include("shuke.crm.scores.urls")),
    path("", include("shuke.crm.privacy.urls")),
    path("", include("shuke.crm.timeline.urls")),
    path("", include("shuke.crm.lists.urls")),
    path("", include("shuke.crm.people.urls")),
    path("", include("shuke.insight.urls")),
]
handler400 = "shuke.ui.errors.bad_request"
handler403 = "shuke.ui.errors.permission_denied"
handler404 = "shuke.ui.errors.page_not_found"
handler500 = "shuke.ui.errors.server_error"
