"""The roles that every installation starts with. Pure: the migration writes them down."""

VIEW = "view"

# role -> what it holds: "app.codename", "app.view" for every view permission of an app, "app.*" for all of them
OWN_APPS = (
    "access",
    "alarms",
    "api",
    "appservers",
    "audit",
    "auth",
    "dialrules",
    "failover",
    "updatelinks",
    "versioncontrol",
)
SHOWN_APPS = ("alarms", "appservers", "dialrules", "failover", "updatelinks", "versioncontrol")

ROLES: dict[str, tuple[str, ...]] = {
    "Administrators": tuple(f"{app}.*" for app in OWN_APPS),
    "Operators": (*(f"{app}.{VIEW}" for app in SHOWN_APPS), "appservers.switch_domain", "alarms.acknowledge_alarm"),
    "Support": (*(f"{app}.{VIEW}" for app in SHOWN_APPS), "access.use_admin", "audit.view"),
}


def holds(grant: str, app: str, codename: str) -> bool:
    """Whether a grant of ROLES covers the permission `app.codename`."""
    granted_app, _, wanted = grant.partition(".")
    if granted_app != app:
        return False
    return wanted in ("*", codename) or (wanted == VIEW and codename.startswith(f"{VIEW}_"))
