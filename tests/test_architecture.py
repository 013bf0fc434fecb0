"""Who may import whom. One step back in the picture of docs/architecture.md fails here."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parent.parent

# app -> the other apps that it may import
MAY_IMPORT = {
    "common": set[str](),
    "access": {"common"},
    "appservers": {"common"},
    "versioncontrol": {"common", "appservers"},
    "updatelinks": {"common", "appservers", "versioncontrol"},
    "dialrules": {"common", "appservers", "versioncontrol"},
    "exchange": {"common", "appservers", "versioncontrol", "updatelinks", "dialrules"},  # nobody imports it
    "failover": {"common", "appservers"},
    "alarms": {"common", "appservers", "versioncontrol", "failover"},
    "audit": {"common", "access", "alarms", "appservers", "failover"},  # the histories of the others it finds by itself
    "api": {"common", "appservers", "versioncontrol", "updatelinks", "dialrules", "failover", "audit"},
}
TOP = {"contact_expert", "scripts", "tests", "conftest", "deploy"}  # may import every app; no app imports them

# The pure core: module -> what it may import besides the standard library.
PURE = {
    "appservers.hosts": {"idna"},
    "appservers.rules": set[str](),
    "versioncontrol.patterns": set[str](),
    "versioncontrol.matching": {"versioncontrol.patterns"},
    "versioncontrol.admission": {"versioncontrol.patterns", "versioncontrol.matching"},
    "versioncontrol.linting": {"versioncontrol.patterns", "versioncontrol.matching"},
    "updatelinks.ordering": set[str](),
    "common.forwarded": set[str](),
    "updatelinks.networks": {"common.forwarded"},
    "updatelinks.selection": {
        "updatelinks.networks",
        "updatelinks.ordering",
        "versioncontrol.admission",
        "versioncontrol.patterns",
    },
    "exchange.site": set[str](),
    "exchange.tree": set[str](),
    "dialrules.numbers": {"appservers.hosts", "versioncontrol.patterns"},
    "dialrules.routing": {"versioncontrol.matching"},
    "failover.observation": set[str](),
    "failover.health": {"failover.observation"},
    "failover.minutes": {"failover.observation"},
    "failover.hours": {"failover.minutes"},
    "failover.decision": {"failover.observation", "failover.health"},
    "failover.brake": set[str](),
    "failover.pace": {"failover.health"},
    "failover.votes": {"failover.decision"},
    "failover.peers": {"failover.health", "failover.votes"},
    "failover.windows": set[str](),
    "failover.explaining": {"failover.health", "failover.decision"},
    "failover.news": {"failover.decision"},
    "failover.overdue": {"failover.decision"},
    "failover.parcel": {"failover.news"},
    "failover.retries": set[str](),
    "failover.wanted": set[str](),
    "failover.webaddress": {"appservers.hosts"},
    "failover.inputs": {"failover.observation", "failover.health", "failover.decision"},
    "access.roles": set[str](),
    "alarms.validity": set[str](),
    "api.tokens": set[str](),
    "common.words": set[str](),
    "common.status": set[str](),
}
IMPURE_OF_THE_STANDARD_LIBRARY = {"asyncio", "logging", "os", "random", "socket", "subprocess", "threading", "time"}


@dataclass(frozen=True)
class Import:
    """One imported module, as written in `source`; `inside` names the function it stands in."""

    source: Path
    line: int
    module: str
    inside: str

    def __str__(self) -> str:
        return f"{self.source.relative_to(BASE_DIR)}:{self.line} imports {self.module}"

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]


def sources(package: str) -> Iterator[Path]:
    yield from sorted((BASE_DIR / package).rglob("*.py"))


def is_support(path: Path) -> bool:
    """Tests and the factories beside the code may reach further than the code."""
    return "tests" in path.relative_to(BASE_DIR).parts or path.name in ("testing.py", "conftest.py")


def imports(path: Path) -> list[Import]:
    return list(_imports(path, ast.parse(path.read_text(), str(path)), ""))


def _imports(path: Path, node: ast.AST, inside: str) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import(names=names):
                for name in names:
                    yield Import(path, child.lineno, name.name, inside)
            case ast.ImportFrom(module=module, names=names, level=level):
                yield from _from(path, child.lineno, "." * level + (module or ""), [n.name for n in names], inside)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield from _imports(path, child, name)
            case _:
                yield from _imports(path, child, inside)


def _from(path: Path, line: int, module: str, names: list[str], inside: str) -> Iterator[Import]:
    """`from app import module` counts as an import of app.module."""
    for name in names:
        is_module = (BASE_DIR / module.replace(".", "/") / f"{name}.py").exists()
        yield Import(path, line, f"{module}.{name}" if is_module else module, inside)


def all_imports(package: str) -> Iterator[Import]:
    for path in sources(package):
        yield from imports(path)


def violations(found: Iterator[Import]) -> str:
    return "\n".join(sorted(str(one) for one in found))


def test_the_table_knows_every_app() -> None:
    apps = {path.parent.name for path in BASE_DIR.glob("*/apps.py")}
    assert apps - TOP == set(MAY_IMPORT)


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_an_app_imports_only_the_apps_that_it_may(app: str) -> None:
    forbidden = (set(MAY_IMPORT) | TOP) - MAY_IMPORT[app] - {app}
    assert not violations(one for one in all_imports(app) if one.package in forbidden and not is_support(one.source))


def test_nobody_imports_the_project_but_what_starts_it() -> None:
    assert not violations(
        one
        for app in MAY_IMPORT
        for one in all_imports(app)
        if one.package in TOP - {"tests"} or (one.package == "tests" and not is_support(one.source))
    )


@pytest.mark.parametrize("module", PURE)
def test_the_pure_core_imports_the_standard_library_only(module: str) -> None:
    path = BASE_DIR / f"{module.replace('.', '/')}.py"
    allowed = sys.stdlib_module_names - IMPURE_OF_THE_STANDARD_LIBRARY
    assert not violations(one for one in imports(path) if one.module not in PURE[module] and one.package not in allowed)


# probe -> observation -> health -> decision -> switch -> what shows it: each module imports only from stages above it.
FAILOVER_STAGES = (
    {
        "observation",
        "giop",
        "hosts_file",
        "background",
        "clock",
        "exceptions",
        "poller",
        "windows",
        "retries",
        "webaddress",
        "wanted",
    },
    {"health", "lookup", "minutes"},
    {"decision", "brake", "patience", "pace", "names", "hours"},
    {"votes", "inputs", "explaining", "news", "overdue"},
    {"peers", "parcel"},
    {"conf", "looks", "wire", "subscription"},
    {"models"},
    {"probes", "board", "checks", "forms", "orderforms", "remarks", "conditions"},
    {"subscriberforms", "deliveries", "subscribers", "sending"},
    {"engine"},
    {"lease", "selectors", "retention", "record"},
    {"bounded", "companions", "unresolved"},
    {"notices", "outbox"},
    {"journal", "vitals", "publication", "holds", "pausing", "scheduling", "summaries", "ballots", "refusals"},
    {"commit"},
    {"switch", "automatic", "scheduled", "timeline", "rehearsal", "past", "cautions", "account"},
    {"leading", "drill", "adviser", "delivery"},
    {"monitor", "overview", "roster", "charts", "tradeoffs", "bulk", "savedviews", "signs"},
    {"precheck", "glance", "lines", "bulkforms", "months"},
    {"askedoften"},
    {"listing"},
    {"cli", "views", "admin", "templatetags"},
    {"management", "urls", "home_urls", "maintenance_urls", "notices_urls", "subscribers_urls", "apps", "testing"},
)


def stage_of(name: str) -> int:
    """The number of a module's stage; -1 for one that has none."""
    return next((number for number, stage in enumerate(FAILOVER_STAGES) if name in stage), -1)


def modules_of_failover() -> set[str]:
    parts = [path.relative_to(BASE_DIR / "failover").parts[0] for path in sources("failover")]
    return {part.removesuffix(".py") for part in parts} - {"__init__", "migrations", "tests"}


def test_every_module_of_failover_has_a_stage() -> None:
    assert {name for name in modules_of_failover() if stage_of(name) < 0} == set(), "add it to FAILOVER_STAGES"


def test_failover_flows_one_way() -> None:
    assert not violations(one for one in all_imports("failover") if not is_support(one.source) and steps_back(one))


def steps_back(one: Import) -> bool:
    importer = one.source.relative_to(BASE_DIR / "failover").parts[0].removesuffix(".py")
    package, _, rest = one.module.partition(".")
    imported = rest.partition(".")[0]
    if package != "failover" or not imported or imported == importer or importer == "migrations":
        return False
    return stage_of(imported) >= stage_of(importer)


def test_only_the_views_and_urls_import_views() -> None:
    assert not violations(
        one
        for app in MAY_IMPORT
        for one in all_imports(app)
        if one.module.startswith(f"{app}.views")
        and not is_support(one.source)
        and not one.source.name.endswith("urls.py")
        and "views" not in one.source.parts
    )


def test_no_import_hides_in_a_function() -> None:
    """apps.py waits for ready() because models are not loaded before; manage.py for its environment."""
    assert not violations(
        one
        for package in [*MAY_IMPORT, *TOP - {"conftest"}]
        for one in all_imports(package)
        if one.inside and not (one.source.name == "apps.py" and one.inside == "ready")
    )


def test_no_import_is_for_the_type_checker_alone() -> None:
    hidden = "TYPE_" + "CHECKING"
    assert not [str(path) for package in [*MAY_IMPORT, *TOP] for path in sources(package) if hidden in path.read_text()]


def test_imports_are_absolute() -> None:
    assert not violations(
        one for package in [*MAY_IMPORT, *TOP] for one in all_imports(package) if one.module.startswith(".")
    )
