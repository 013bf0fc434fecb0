"""The guards of a switch, each with a change that removes it and the test that must notice.

A text that is not found exactly once fails the gate: whoever rewrites a guard looks for its mutant, too.
"""

from typing import NamedTuple

GUARDS = "failover/tests/test_guards.py"
SWITCH = "failover/tests/test_switch.py"
HEALTH = "failover/tests/test_health.py"
LEASE = "failover/tests/test_lease.py"
RESTART = "failover/tests/test_restart.py"
PEERS = "failover/tests/test_peers.py"
LOST = "failover/tests/test_lost_writes.py"


class Mutant(NamedTuple):
    """A guard, where it stands, and what becomes of it; `test` is the one that must fail."""

    guard: str
    path: str
    old: str
    new: str
    test: str


def alone(name: str) -> str:
    """The directed test of one guard of decide()."""
    return f"{GUARDS}::test_one_guard_alone_holds_the_switch[{name}]"


MUTANTS = (
    Mutant(
        "standby is up",
        "failover/decision.py",
        "    if standby.status is not Status.UP:\n        return Guard(",
        "    if False:\n        return Guard(",
        alone("standby"),
    ),
    Mutant(
        "pause",
        "failover/decision.py",
        "(self.pause is not None and self.pause.holds(now))",
        "False",
        alone("pause"),
    ),
    Mutant(
        "automatic failover off",
        "failover/decision.py",
        "return not self.automatic or ",
        "return ",
        alone("automatic off"),
    ),
    Mutant(
        "history went back",
        "failover/decision.py",
        "    if situation.behind:",
        "    if False:",
        alone("behind"),
    ),
    Mutant(
        "majority",
        "failover/decision.py",
        "if votes < situation.votes.needed or ",
        "if ",
        alone("majority"),
    ),
    Mutant(
        "least number of monitors",
        "failover/decision.py",
        " or situation.votes.live < situation.votes.least:",
        ":",
        alone("least"),
    ),
    Mutant("anti-flap", "failover/decision.py", "    if situation.flapping:", "    if False:", alone("anti-flap")),
    Mutant(
        "mass-outage brake", "failover/decision.py", "    if situation.mass and ", "    if False and ", alone("brake")
    ),
    Mutant(
        "evidence for the interval",
        "failover/decision.py",
        "    if left > 0:",
        "    if False:",
        f"{GUARDS}::test_the_interval_alone_holds_the_switch",
    ),
    Mutant(
        "RISE successes",
        "failover/health.py",
        "Status.UP if track.successes >= limits.rise else",
        "Status.UP if track.successes >= 1 else",
        f"{GUARDS}::test_one_success_does_not_make_the_standby_up",
    ),
    Mutant(
        "FALL failures",
        "failover/health.py",
        "if track.failures >= limits.fall:",
        "if track.failures >= 1:",
        f"{HEALTH}::test_the_verdict_follows_consecutive_results",
    ),
    Mutant(
        "gap between results",
        "failover/health.py",
        "    if silent(track, seen.finished, limits):\n        track = broken(track)\n",
        "",
        f"{HEALTH}::test_evidence_does_not_reach_over_a_gap",
    ),
    Mutant(
        "gap inside a probe",
        "failover/health.py",
        "    if seen.finished - seen.started > limits.gap:\n",
        "    if False:\n",
        "failover/tests/test_freeze.py::test_a_probe_that_spans_the_freeze_says_nothing",
    ),
    Mutant(
        "verdicts grow stale",
        "failover/health.py",
        "    if track.last is None or silent(track, now, limits):\n        return Status.UNKNOWN",
        "    if track.last is None:\n        return Status.UNKNOWN",
        f"{HEALTH}::test_a_verdict_grows_stale_when_nothing_is_heard_for_two_periods_and_the_deadline",
    ),
    Mutant(
        "configuration of results",
        "failover/health.py",
        "    if seen.configuration != track.configuration:\n        return track\n",
        "",
        f"{GUARDS}::test_results_of_an_older_configuration_do_not_make_the_standby_up",
    ),
    Mutant(
        "configuration of tracks",
        "failover/board.py",
        "        if track is None or track.configuration != server.configuration:\n            return Seen(",
        "        if track is None:\n            return Seen(",
        f"{SWITCH}::test_evidence_on_an_older_configuration_of_the_standby_counts_for_nothing",
    ),
    Mutant(
        "configuration of votes",
        "failover/peers.py",
        "known[0].status if known[0].configuration == server[1] else Status.UNKNOWN",
        "known[0].status",
        f"{GUARDS}::test_what_a_peer_says_of_another_configuration_is_no_vote",
    ),
    Mutant(
        "a dead monitor has no vote",
        "failover/peers.py",
        "return now - peer.moved_at <= self._patience",
        "return True",
        f"{PEERS}::test_a_peer_that_died_has_no_vote_any_more",
    ),
    Mutant(
        "votes after the reader was away",
        "failover/peers.py",
        "        if now - self._read_at > self._patience:",
        "        if False:",
        f"{GUARDS}::test_who_gives_no_sign_while_the_reader_is_away_keeps_its_vote",
    ),
    Mutant(
        "a monitor that was not seen to move has no word",
        "failover/peers.py",
        "        if peer.mute:\n",
        "        if False:\n",
        f"{PEERS}::test_what_a_monitor_that_died_left_behind_is_no_vote_for_one_that_starts",
    ),
    Mutant(
        "a pause clears the count",
        "failover/board.py",
        "        if paused or domain.pk in self._paused:\n",
        "        if False:\n",
        f"{GUARDS}::test_a_pause_that_was_seen_before_clears_the_count_when_it_is_over",
    ),
    Mutant(
        "a pause that nobody saw clears the count",
        "failover/board.py",
        "            if (before.latest, before.pause) != (now.latest, now.pause) and not first:\n",
        "            if False:\n",
        f"{RESTART}::test_a_pause_that_began_and_ended_between_two_looks_clears_the_count_too",
    ),
    Mutant(
        "suspend breaks the evidence",
        "failover/monitor.py",
        "        if jump or self._prober.interrupted():",
        "        if self._prober.interrupted():",
        f"{RESTART}::test_a_suspended_machine_adds_nothing_to_the_count",
    ),
    Mutant(
        "an epoch that was given is known",
        "failover/leading.py",
        "            self._board.saw(domain, event.epoch)\n",
        "",
        f"{RESTART}::test_a_domain_that_goes_back_right_after_a_switch_is_noticed",
    ),
    Mutant(
        "age of the decision",
        "failover/automatic.py",
        "    if age > OLDEST_DECISION:",
        "    if False:",
        f"{SWITCH}::test_a_decision_that_grew_old_is_dropped",
    ),
    Mutant(
        "age once more before the commit",
        "failover/automatic.py",
        "            check_age(decided_at, clock)  # once more, as the last thing before the commit\n",
        "",
        f"{GUARDS}::test_a_decision_that_grows_old_while_it_is_written_is_dropped",
    ),
    Mutant(
        "lease, in the switch",
        "failover/commit.py",
        "    if not leadership.held_under_lock():",
        "    if False:",
        f"{SWITCH}::test_a_monitor_that_lost_the_lease_may_not_switch",
    ),
    Mutant(
        "lease, in the notes",
        "failover/leading.py",
        "            if self._leadership.held_under_lock():",
        "            if True:",
        f"{GUARDS}::test_whoever_believes_to_lead_and_does_not_writes_no_notes",
    ),
    Mutant(
        "lease, own clock",
        "failover/lease.py",
        "return self.valid and (row.holder",
        "return (row.holder",
        f"{LEASE}::test_a_lease_that_ran_out_is_not_held_even_if_nobody_took_it",
    ),
    Mutant(
        "lease, term",
        "failover/lease.py",
        "(row.holder, row.term) == (self.me, self.term)",
        "row.holder == self.me",
        f"{LEASE}::test_the_same_name_in_a_later_term_does_not_hold_the_earlier_one",
    ),
    Mutant(
        "lease, TTL",
        "failover/lease.py",
        "now - self._sight.since >= LEASE_TTL",
        "now - self._sight.since >= 0",
        f"{LEASE}::test_a_dead_leader_is_replaced_when_the_row_stood_still_for_the_ttl_and_no_sooner",
    ),
    Mutant(
        "lease, compare and set",
        "failover/lease.py",
        "filter(pk=Lease.ONLY, term=seen.term, seq=seen.seq)",
        "filter(pk=Lease.ONLY)",
        f"{GUARDS}::test_of_two_monitors_that_saw_the_lease_stand_still_one_takes_it",
    ),
    Mutant(
        "lease, sequence",
        "failover/lease.py",
        "filter(pk=Lease.ONLY, term=seen.term, seq=seen.seq)",
        "filter(pk=Lease.ONLY, term=seen.term)",
        f"{GUARDS}::test_a_holder_that_renews_in_the_last_moment_keeps_the_lease",
    ),
    Mutant(
        "lease, renewal",
        "failover/lease.py",
        "filter(pk=Lease.ONLY, holder=holder, term=term).update(seq=",
        "filter(pk=Lease.ONLY).update(seq=",
        f"{GUARDS}::test_an_older_term_is_not_renewed",
    ),
    Mutant(
        "compare and set on the epoch",
        "appservers/services.py",
        "filter(pk=domain_id, epoch=epoch, active_role=from_role)",
        "filter(pk=domain_id)",
        "appservers/tests/test_services.py::test_one_of_two_switches_at_the_same_epoch_wins",
    ),
    Mutant(
        "epoch of the decision",
        "failover/automatic.py",
        "if watched is None or watched.epoch != board.domains[domain_id].epoch:",
        "if watched is None:",
        f"{GUARDS}::test_a_domain_at_another_epoch_is_not_switched",
    ),
    Mutant(
        "observations are read again",
        "failover/automatic.py",
        "            refresh()\n            situation, decision = _decided_again(",
        "            situation, decision = _decided_again(",
        f"{SWITCH}::test_an_active_server_that_recovered_while_a_lock_was_waited_for_stays",
    ),
    Mutant(
        "the domain is read again",
        "failover/automatic.py",
        "        watched=watched[0] if watched else None,",
        "        watched=board.domains[order.domain_id],",
        f"{SWITCH}::test_an_interval_that_was_lengthened_since_the_decision_counts",
    ),
    Mutant(
        "orders are read again",
        "failover/automatic.py",
        "        orders=orders_of(order.domain_id),\n        before=before,",
        "        orders=Orders(),\n        before=before,",
        f"{GUARDS}::test_a_pause_since_the_decision_holds_the_switch",
    ),
    Mutant(
        "a pause since the last look",
        "failover/automatic.py",
        "    if not board.knows(domain_id, orders) or ",
        "    if ",
        f"{GUARDS}::test_a_pause_that_is_over_and_was_never_seen_holds_the_switch_all_the_same",
    ),
    Mutant(
        "automatic failover turned since the last look",
        "failover/automatic.py",
        " or watched.turned_at != board.domains[domain_id].turned_at:",
        ":",
        f"{GUARDS}::test_automatic_failover_off_and_on_again_since_the_last_look_holds_the_switch",
    ),
    Mutant(
        "automatic failover turned between two looks",
        "failover/board.py",
        "    if (old.automatic, old.turned_at) != (new.automatic, new.turned_at):",
        "    if old.automatic != new.automatic:",
        f"{GUARDS}::test_automatic_failover_off_and_on_again_between_two_looks_clears_the_count",
    ),
    Mutant(
        "flapping is noticed",
        "failover/automatic.py",
        "            if flapping(stored, event.at):",
        "            if False:",
        "failover/tests/test_holds.py::test_after_three_automatic_switches_within_an_hour_the_next_waits_for_a_person",
    ),
    Mutant(
        "a mass is noticed",
        "failover/brake.py",
        "        engaged = failed >= FEWEST and failed >= len(self._up)",
        "        engaged = False",
        "failover/tests/test_brake.py::test_all_primaries_at_once_are_left_one_interval_later",
    ),
    Mutant(
        "an inherited count is good for no longer than a gap",
        "failover/health.py",
        "    return Track(configuration, counted=counted, last=now)",
        "    return Track(configuration, counted=counted)",
        f"{RESTART}::test_an_inherited_count_waits_for_its_first_check_no_longer_than_a_gap",
    ),
    Mutant(
        "a mass that another monitor confirms",
        "failover/board.py",
        " and not any(ballot.active_down for ballot in others)",
        "",
        f"{GUARDS}::test_a_peer_that_sees_the_server_down_too_confirms_a_mass_outage",
    ),
    Mutant(
        "age of what a monitor publishes",
        "failover/publication.py",
        "        if (took := self._clock.monotonic() - now) > self._patience:",
        "        if (took := 0.0) > self._patience:",
        f"{PEERS}::test_a_publication_that_took_longer_than_a_sign_of_life_holds_is_dropped",
    ),
    Mutant(
        "no count is inherited across a switch",
        "failover/publication.py",
        "        if not overtaken(finding.server.domain_id, finding.published_at)\n",
        "",
        f"{RESTART}::test_a_count_of_before_a_switch_is_not_inherited",
    ),
    Mutant(
        "epoch that the operator saw",
        "failover/switch.py",
        "    if stored.epoch != seen_epoch:",
        "    if False:",
        f"{SWITCH}::test_the_second_operator_with_an_old_epoch_gets_a_conflict",
    ),
    Mutant(
        "a notice from the commit of the switch",
        "failover/commit.py",
        "    announce([switched(event)], at=now)\n",
        "",
        "failover/tests/test_notices.py::test_a_switch_by_hand_is_told_with_its_event",
    ),
    Mutant(
        "a switch ends its countdown",
        "failover/commit.py",
        "    Countdown.objects.filter(domain=stored, ended_at=None).update(ended_at=now, ending=ending)\n",
        "",
        f"{SWITCH}::test_a_decision_that_still_holds_is_carried_out_with_its_inputs",
    ),
    Mutant(
        "a new leader writes down what settled before it led",
        "failover/monitor.py",
        "            self._concerned |= self._leading.begin()\n",
        "            self._leading.begin()\n",
        "failover/tests/test_second_monitor.py::test_what_settled_before_it_led_is_written_down_by_the_new_leader",
    ),
    Mutant(
        "what the database lost is written again",
        "failover/monitor.py",
        "            self._concerned |= self._leading.recall()\n",
        "            self._leading.recall()\n",
        f"{LOST}::test_what_the_database_lost_while_it_was_away_is_written_again",
    ),
    Mutant(
        "a write that failed at its commit is no write",
        "failover/leading.py",
        "                self._journal.forget(domain.pk)  # it may be the commit that failed\n",
        "                pass\n",
        f"{LOST}::test_what_settled_in_a_round_that_could_not_be_written_is_written_later[commit refused]",
    ),
    Mutant(
        "a count belongs to its countdown",
        "failover/journal.py",
        "if before is not None and before.began == began:",
        "if before is not None:",
        "failover/tests/test_second_monitor.py::"
        "test_who_leads_again_goes_on_with_a_countdown_that_began_meanwhile_by_what_it_counted_of_that",
    ),
)
