"""python -m tests.faults.nameserver ADDRESS: a name server for one name; told by lines how to answer.

It never answers for a name that begins with DEAD.
"""

import socket
import sys
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

DEAD = "dead"
MODES = {"nxdomain": dns.rcode.NXDOMAIN, "servfail": dns.rcode.SERVFAIL}


def main(address: str) -> None:
    """Lines: `silent`, `nxdomain`, `servfail`, or the addresses that every name has, separated by commas."""
    mode = ["silent"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as questions:
        questions.bind((address, 53))
        threading.Thread(target=serve, args=(questions, mode), daemon=True).start()
        for line in sys.stdin:
            mode[0] = line.strip()
            print("done", flush=True)


def serve(questions: socket.socket, mode: list[str]) -> None:
    while True:
        words, caller = questions.recvfrom(4096)
        query = dns.message.from_wire(words)
        reply = dns.message.make_response(query)
        question = query.question[0]
        if mode[0] == "silent" or question.name.to_text().startswith(DEAD):
            continue
        if mode[0] in MODES:
            reply.set_rcode(MODES[mode[0]])
        elif question.rdtype == dns.rdatatype.A:
            reply.answer.append(dns.rrset.from_text(question.name, 1, "IN", "A", *mode[0].split(",")))
        questions.sendto(reply.to_wire(), caller)


if __name__ == "__main__":
    main(sys.argv[1])
