"""Addresses of log-in, one's own settings and the list of users."""

from __future__ import annotations

from django.urls import path

from shuke.crm.people import views

app_name = "people"
urlpatterns = [
    path("log-in/", views.log_in, name="log_in"),
    path("log-out/", views.log_out, name="log_out"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("profile/", views.profile, name="profile"),
    path("profile/password/", views.password, name="password"),
    path("people/", views.user_list, name="list"),
    path("people/add/", views.add_user, name="add"),
    path("people/<int:user_id>/", views.edit_user, name="edit"),
]
