"""Row 20: what a monitor needs of its own machine is not there. Its trouble is no server's outage."""

import resource
import subprocess
import sys
import time
from contextlib import suppress

import psutil

from tests.faults.lab import Lab, Site
from tests.faults.report import Line
from tests.faults.world import one_site, verdict


def engine_stopped(lab: Lab) -> Line:
    site, leader = one_site(lab)
    engines = leader.family[1:]
    for one in engines:
        one.suspend()
    time.sleep(5)
    found = down(lab, site)
    for one in engines:
        with suppress(psutil.NoSuchProcess):  # the monitor replaces one that hangs
            one.resume()
    time.sleep(3)
    site.notes += [f"a server was called down: {found}"] if found else []
    return verdict(lab, [site], 0)


def down(lab: Lab, site: Site) -> list[tuple[object, ...]]:
    """What the leader calls down of a site."""
    return lab.rows(
        "SELECT h.reason FROM failover_serverhealth h JOIN appservers_applicationserver s ON s.id = h.server_id"
        " WHERE s.domain_id = %s AND h.status = 'down'", site.pk,
    )  # fmt: skip


def no_descriptors(lab: Lab) -> Line:
    site, leader = one_site(lab)
    engines = leader.family[1:]
    before = [one.rlimit(resource.RLIMIT_NOFILE) for one in engines]
    for one in engines:
        one.rlimit(resource.RLIMIT_NOFILE, (3, before[0][1]))
    time.sleep(6)
    found = down(lab, site)
    for one, limits in zip(engines, before, strict=True):
        one.rlimit(resource.RLIMIT_NOFILE, limits)
    site.notes += [f"a server was called down: {found}"] if found else []
    lab.ready([site])
    return verdict(lab, [site], 0)


HOG = """
import socket, time
kept = [socket.socket() for _ in range(4)]
for port, one in enumerate(kept, 60000): one.bind(("0.0.0.0", port))
print("done", flush=True)
time.sleep(600)
"""


def no_ports(lab: Lab) -> Line:
    site, leader = one_site(lab)
    inside = ["nsenter", f"--net=/run/netns/{leader.host.space}"]
    ports = "/proc/sys/net/ipv4/ip_local_port_range"
    before = subprocess.check_output([*inside, "cat", ports], text=True).strip()
    with subprocess.Popen([*inside, sys.executable, "-c", HOG], stdout=subprocess.PIPE, text=True) as hog:
        assert hog.stdout is not None
        hog.stdout.readline()
        subprocess.run([*inside, "sh", "-c", f"echo 60000 60003 > {ports}"], check=True)
        time.sleep(6)
        found = down(lab, site)
        reasons = lab.rows(
            "SELECT DISTINCT h.status, h.reason FROM failover_serverhealth h JOIN appservers_applicationserver s"
            " ON s.id = h.server_id WHERE s.domain_id = %s", site.pk,
        )  # fmt: skip
        subprocess.run([*inside, "sh", "-c", f"echo {before} > {ports}"], check=True)
        hog.kill()
    site.notes += [f"a server was called down: {found}"] if found else []
    site.notes += ["the fault was not felt"] if reasons == [("up", "ok")] else []
    lab.ready([site])
    return verdict(lab, [site], 0)
