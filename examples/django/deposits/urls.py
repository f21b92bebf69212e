from django.urls import path

from . import views

urlpatterns = [
    path("", views.containers, name="containers"),
    path("containers/<int:pk>/", views.container, name="container"),
    path("containers/<int:pk>/bring/", views.bring, name="bring"),
    path("containers/<int:pk>/describe/", views.describe, name="describe"),
    path("containers/<int:pk>/publish/", views.publish, name="publish"),
    path("zenodo/callback/", views.zenodo_callback, name="zenodo_callback"),
    path("zenodo/uploaded/", views.zenodo_uploaded, name="zenodo_uploaded"),
    path("zenodo/events/", views.zenodo_event, name="zenodo_event"),
]
