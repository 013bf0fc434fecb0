"""Where components find the installer of one of their versions."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from appservers.models import Domain
from common.distinct import Distinct
from updatelinks.addresses import ADDRESS_SQL
from updatelinks.addresses import LONGEST as LONGEST_ADDRESS
from updatelinks.fields import AddressField
from versioncontrol.fields import VersionField, VersionKeyField
from versioncontrol.models import Component
from versioncontrol.patterns import LONGEST, VERSION_SQL

ADDRESS_TOO_LONG = f"A URL has at most {LONGEST_ADDRESS} characters. Shorten it."


class UpdateLink(Distinct):
    """Where one version of a component is to be had: inside the company, from the Internet, or both."""

    identity = ("domain", "component", "version_key")
    typed = ("component", "version")

    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="update_links")
    component = models.ForeignKey(
        Component,
        verbose_name="Component",
        on_delete=models.PROTECT,
        related_name="update_links",
        help_text="The program that this link updates.",
    )
    version = VersionField(
        "Version",
        max_length=LONGEST,
        error_messages={
            "blank": "Give a version, for example 10.2.10.",
            "max_length": f"A version has at most {LONGEST} characters. Shorten it.",
        },
        help_text="The one version that the link installs, for example 10.2.10; no wildcards. Capitals do not count.",
    )
    version_key = VersionKeyField("canonical form", source="version", max_length=LONGEST, blank=True)
    private_url = AddressField(
        "Private URL",
        max_length=LONGEST_ADDRESS,
        blank=True,
        error_messages={"max_length": ADDRESS_TOO_LONG},
        help_text="Where components inside the company fetch it, for example https://sw.corp.example/10.2.10.",
    )
    public_url = AddressField(
        "Public URL",
        max_length=LONGEST_ADDRESS,
        blank=True,
        error_messages={"max_length": ADDRESS_TOO_LONG},
        help_text="Where components fetch it from the Internet. Give at least one of the two.",
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "update link"
        ordering = ["domain", "component", "version_key"]
        constraints = [
            # The choice of the update relies on it: one version has one link.
            models.UniqueConstraint(fields=["domain", "component", "version_key"], name="update_link_unique"),
            models.CheckConstraint(condition=Q(version__regex=VERSION_SQL), name="update_link_version_valid"),
            models.CheckConstraint(
                condition=Q(version_key__regex=VERSION_SQL) & ~Q(version_key__regex="[A-Z]"),
                name="update_link_key_canonical",
            ),
            models.CheckConstraint(condition=~Q(private_url="", public_url=""), name="update_link_has_a_url"),
            models.CheckConstraint(
                condition=Q(private_url="") | Q(private_url__regex=ADDRESS_SQL), name="update_link_private_url_valid"
            ),
            models.CheckConstraint(
                condition=Q(public_url="") | Q(public_url__regex=ADDRESS_SQL), name="update_link_public_url_valid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.version}"

    def clean(self) -> None:
        super().clean()
        if not (self.private_url or self.public_url):
            raise ValidationError({"private_url": "Give a private or a public URL, or both."})

    def taken(self) -> str:
        return f"A link for {self.component} {self.version} exists already. Give another version, or edit that link."
