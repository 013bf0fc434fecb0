"""Files that cannot be imported, each with a place and a sentence; and files as other programs write them."""

import io
import zipfile

import pytest

from appservers.testing import pair
from exchange.files import MOST_BYTES
from exchange.planning import plan
from exchange.tree import Unfit

pytestmark = pytest.mark.django_db

PRIMARY = "primary: {server_fqdn: ce-a.example}"


def zipped(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_csv", ".csv"), text)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "place", "says"),
    [
        pytest.param("a.pdf", b"%PDF", "", "ends in none of", id="of another kind"),
        pytest.param("a.xlsx", b"PK", "", "spreadsheet", id="a spreadsheet"),
        pytest.param("a.csv", b"PK\x03\x04", "domains.csv", "spreadsheet", id="a spreadsheet in disguise"),
        pytest.param("a.yaml", b"domains: []\n\xff", "", "line 2", id="not UTF-8"),
        pytest.param("a.yaml", "domains: []".encode("utf-16"), "", "UTF-16", id="UTF-16"),
        pytest.param("a.yaml", b"a\0", "", "NUL", id="NUL"),
        pytest.param("a.yaml", b" " * (MOST_BYTES + 1), "", "at most 16 MB", id="too large"),
        pytest.param("a.yaml", b"", "", "empty", id="empty"),
        pytest.param("a.yaml", b"domains: [", "line 2", "not YAML", id="no YAML"),
        pytest.param("a.yaml", b"[" * 100_000, "(line 1)", "nested deeper", id="a deep YAML"),
        pytest.param("a.json", b"[" * 100_000, "", "nested deeper", id="a deep JSON"),
        pytest.param("a.json", b'{"domains": ', "line 1", "not JSON", id="no JSON"),
        pytest.param("a.json", b'{"domains": [], "domains": []}', "document", "twice", id="a key of JSON twice"),
        pytest.param("a.yaml", b"domains: []\ndomains: []", "(line 2)", "twice", id="a key of YAML twice"),
        pytest.param("a.yaml", b"domains: &a [*a]", "domains (line 1)", "aliases", id="an alias"),
        pytest.param("a.yaml", b"domains: !!python/object:os.system []", "domains", "Tags", id="a tag"),
        pytest.param("a.yaml", b"domains: []\n---\ndomains: []", "", "more than one", id="two documents"),
        pytest.param("a.yaml", b"domains: []\nformat: 2", "format (line 2)", "format 1", id="of another format"),
        pytest.param("a.yaml", b"domain: []", "", "“domains”", id="no domains"),
        pytest.param("a.yaml", b"domains: x", "domains (line 1)", "a list", id="no list"),
        pytest.param("a.zip", b"PK\x03\x04", "", "damaged", id="no zip"),
        pytest.param("a.zip", zipped(other="x"), "", "is none of", id="a strange file in the zip"),
        pytest.param(
            "a.zip", zipped(dial_rules_csv="domain"), "", "domains.csv is missing", id="no domains in the zip"
        ),
        pytest.param("a.zip", zipped(domains_csv="x" * (MOST_BYTES + 1)), "", "Unpacked", id="a zip that bursts"),
        pytest.param("a.csv", b'name\n"x', "domains.csv, row 2", "not CSV", id="no CSV"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused(name: str, content: bytes, place: str, says: str) -> None:
    with pytest.raises(Unfit) as refused:
        plan(name, content, prune=False)
    (problem,) = refused.value.problems[:1]
    assert place in problem.place
    assert says in str(problem)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param('{"domains": [{"name": "N\\ud800"}]}', "domains[1].name", id="a name"),
        pytest.param(
            '{"domains": [{"dial_rules": [{"pattern": "\\udfff"}]}]}', "domains[1].dial_rules[1].pattern", id="a row"
        ),
        pytest.param('{"components": ["A", "\\ud83d"]}', "components[2]", id="a component"),
        pytest.param('{"domains": [{"N\\ud800": 1, "N\\ud800": 2}]}', "domains[1]", id="a key"),
    ],
)
def test_half_a_character_is_refused_at_its_place(text: str, place: str) -> None:
    with pytest.raises(Unfit) as refused:
        plan("a.json", text.encode(), prune=False)
    (problem,) = refused.value.problems
    assert problem.place == place
    assert "is half of one (U+D" in problem.message
    assert str(problem).encode()
    assert plan("a.json", b'{"domains": [], "components": ["\\ud83d\\ude00"]}', prune=False).components


DOCUMENT = f"""
components: [Agent Application]
domains:
- {{name: Wien, auto_failover_interval: -1, {PRIMARY}, secundary: null}}
- {{name: wien, {PRIMARY}}}
- name: Graz
  outsource: maybe
  primary: {{server_fqdn: http://x, server_port: 70000}}
- {{name: Linz}}
- {{name: Linz 2, outsource: true, {PRIMARY}, probe_kind: udp, version_rules: nothing}}
- name: Steyr
  primary: {{server_fqdn: x.example}}
  secondary: {{server_fqdn: X.example}}
- name: Wels
  primary: {{server_fqdn: [x]}}
  version_rules:
  - {{component: Agent, pattern: 10}}
  - {{component: agent application, pattern: 10.*?}}
  - {{component: agent application, pattern: 10.?*}}
  dial_rules:
  - {{name: A, pattern: x!, emergency_uri: mailto:x}}
  component_modes: [{{component: Agent Application, mode: warn, enforce_at: 2026-01-01}}]
  update_links: [{{component: Agent Application, version: 1.0}}]
"""
PROBLEMS = [
    ("domains[1].auto_failover_interval (line 4)", "cannot be negative"),
    ("domains[1].secundary (line 4)", "Is secondary meant?"),
    ("domains[2].name (line 5)", "stands at domains[1] (line 4) already"),
    ("domains[3].outsource (line 7)", "true or false"),
    ("domains[3].primary.server_port (line 8)", "from 1 to 65535"),
    ("domains[4] (line 9)", "needs a name and a primary server"),
    ("domains[5].probe_kind (line 10)", "Write tcp or giop."),
    ("domains[5].version_rules (line 10)", "a list"),
    ("domains[6].secondary.server_fqdn (line 13)", "is the primary server already"),
    ("domains[7].primary.server_fqdn (line 15)", "one value"),
    ("domains[7].version_rules[1].component (line 17)", "no component “Agent”"),
    ("domains[7].version_rules[3] (line 19)", "says the same as domains[7].version_rules[2]"),
    ("domains[7].dial_rules[1].pattern (line 21)", "Character 2"),
    ("domains[7].dial_rules[1].emergency_uri (line 21)", "Start with sip:"),
    ("domains[7].component_modes[1] (line 22)", "Warn only has no date"),
    ("domains[7].update_links[1] (line 23)", "a private or a public URL"),
]


def test_everything_that_is_wrong_with_a_document_is_said_at_its_path() -> None:
    with pytest.raises(Unfit) as refused:
        plan("a.yaml", DOCUMENT.encode(), prune=False)
    found = [(problem.place, problem.message) for problem in refused.value.problems]
    for place, says in PROBLEMS:
        assert any(place == where and says in what for where, what in found), (place, says, found)


def test_everything_that_is_wrong_with_sheets_is_said_at_row_and_column() -> None:
    domains = "name,primary_server_fqdn,outsorce\nWien,a b.example,x\nGraz,g.example,,\n"
    rules = "domain,component,pattern\nWienn,Agent,10\n"
    with pytest.raises(Unfit) as refused:
        plan("a.zip", zipped(domains_csv=domains, version_rules_csv=rules), prune=False)
    found = {problem.place: problem.message for problem in refused.value.problems}
    assert "Is outsource meant?" in found["domains.csv, row 1, column 3"]
    assert "has no blanks" in found["domains.csv, row 2, column primary_server_fqdn"]
    assert "4 cells" in found["domains.csv, row 3"]
    assert "“Wienn” does not stand in domains.csv" in found["version_rules.csv, row 2, column domain"]


def test_a_sheet_of_another_program_is_read() -> None:
    """With a byte order mark, semicolons, CRLF, commas in numbers, apostrophes before formulas, any script."""
    lines = ["name;auto_failover_interval;primary_server_fqdn", "'=Wien 😀;0,5;CE-A.example", "שלום;;x.example", ""]
    found = plan("a.CSV", "\ufeff".encode() + "\r\n".join(lines).encode(), prune=False)
    sites = [one.after for one in found.differences]
    assert [(site.name, site.general["auto_failover_interval"]) for site in sites if site] == [
        ("=Wien 😀", "0.5"),
        ("שלום", "2"),
    ]
    assert [site.primary["server_fqdn"] for site in sites if site] == ["ce-a.example", "x.example"]


def test_what_a_file_leaves_out_stays_and_what_it_empties_goes() -> None:
    pair(name="Wien")
    assert plan("a.csv", b"name\nwien\n", prune=False).differences[0].changes[0].after == "wien"
    assert plan("a.yaml", b"domains: [{name: Wien}]", prune=False).empty
    (one,) = plan("a.yaml", b"domains: [{name: Wien, secondary: null}]", prune=False).differences
    assert {change.label.partition(",")[0] for change in one.changes} == {"Secondary"}
    (one,) = plan("a.csv", b"name,secondary_server_fqdn,secondary_server_port\nWien,,\n", prune=False).differences
    assert one.after is not None
    assert one.after.secondary is None
