"""Addresses of duplicates and merges, below /customers/-/."""

from __future__ import annotations

from django.urls import path

from shuke.crm.merging import views, views_of_pairs

app_name = "merging"
urlpatterns = [
    path("duplicates/", views_of_pairs.show_list, name="list"),
    path("duplicates/search/", views_of_pairs.search, name="search"),
    path("duplicates/<int:pair_id>/different/", views_of_pairs.tell_apart, name="tell_apart"),
    path("duplicates/<int:pair_id>/again/", views_of_pairs.doubt_again, name="doubt_again"),
    path("merge/", views.merge, name="merge"),
    path("merge/pick/", views.pick, name="pick"),
    path("merge/<int:merge_id>/", views.show, name="show"),
    path("merge/<int:merge_id>/undo/", views.part, name="part"),
]
