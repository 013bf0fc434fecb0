"""The console's pages of tokens."""

from django.urls import path

from api.views import NewToken, RevokeToken, TokenList

app_name = "api"

urlpatterns = [
    path("", TokenList.as_view(), name="tokens"),
    path("new/", NewToken.as_view(), name="new_token"),
    path("<int:pk>/revoke/", RevokeToken.as_view(), name="revoke_token"),
]
