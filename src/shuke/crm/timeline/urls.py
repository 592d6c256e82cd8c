"""Addresses below a customer's /timeline/, of touches and files, and of mentions."""

from __future__ import annotations

from django.urls import path

from shuke.crm.customers import paths  # noqa: F401  registers <key:key>
from shuke.crm.timeline import views, views_of_mentions, views_of_touches

app_name = "timeline"
urlpatterns = [
    path("customers/<key:key>/timeline/", views.show, name="show"),
    path("customers/<key:key>/timeline/-/add/", views_of_touches.add, name="add"),
    path("customers/<key:key>/timeline/<slug:code>/", views.show_entry, name="entry"),
    path("touches/<int:touch_id>/edit/", views_of_touches.edit, name="edit"),
    path("touches/<int:touch_id>/delete/", views_of_touches.delete, name="delete"),
    path("touches/<int:touch_id>/restore/", views_of_touches.restore, name="restore"),
    path("touches/files/<int:file_id>/", views_of_touches.send_file, name="file"),
    path("mentions/", views_of_mentions.show, name="mentions"),
    path("mentions/seen/", views_of_mentions.seen, name="seen"),
    path("mentions/names/", views_of_mentions.names, name="names"),
    path("mentions/<int:mention_id>/open/", views_of_mentions.open_one, name="open"),
]
