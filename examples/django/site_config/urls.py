from django.contrib.auth.views import LoginView
from django.urls import include, path

urlpatterns = [
    path("login/", LoginView.as_view(template_name="deposits/login.html"), name="login"),
    path("", include("deposits.urls")),
]
