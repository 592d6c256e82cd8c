"""The style guide's address."""

from django.urls import path

from shuke.ui import views

app_name = "ui"
urlpatterns = [path("", views.style_guide, name="style")]
