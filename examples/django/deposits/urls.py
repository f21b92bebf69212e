from django.urls import path

from . import views

urlpatterns = [
    path("", views.containers, name="containers"),
    path("containers/<int:pk>/", views.container, name="container"),
    path("containers/<int:pk>/send/", views.send, name="send"),
    path("zenodo/callback/", views.zenodo_callback, name="zenodo_callback"),
]
