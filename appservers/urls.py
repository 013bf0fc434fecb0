"""Pages of a domain."""

from django.urls import path

from appservers.views.delete import DeleteDomain
from appservers.views.detail import DomainDetail
from appservers.views.form import EditDomain, NewDomain

app_name = "appservers"

urlpatterns = [
    path("new/", NewDomain.as_view(), name="new"),
    path("<slug:slug>/", DomainDetail.as_view(), name="detail"),
    path("<slug:slug>/edit/", EditDomain.as_view(), name="edit"),
    path("<slug:slug>/delete/", DeleteDomain.as_view(), name="delete"),
]
