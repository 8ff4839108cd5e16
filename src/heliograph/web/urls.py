"""The addresses of the pages and of the API."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
