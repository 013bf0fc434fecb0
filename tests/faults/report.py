"""What is printed for each fault."""

from dataclasses import dataclass, field


@dataclass
class Line:
    """A fault: how often it was injected, how often all held, the seconds to each act, and what did not hold.

    `late` is how long after its deadline each switch was committed.
    """

    row: int = 0
    name: str = ""
    trials: int = 0
    held: int = 0
    times: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    late: list[float] = field(default_factory=list)

    def add(self, wrong: list[str], seconds: float | None = None) -> None:
        """One more trial."""
        self.trials += 1
        self.held += not wrong
        self.wrong += wrong
        if seconds is not None:
            self.times.append(seconds)

    def __str__(self) -> str:
        times = sorted(self.times)
        acted = f"acted after {times[0]:.1f} to {times[-1]:.1f} s" if times else "nothing to do, nothing done"
        past = f", at most {max(self.late):.2f} s past the deadline" if self.late else ""
        verdict = "VIOLATED" if self.wrong else "held"
        line = (
            f"{self.row:>2}  {self.name:<66} {self.trials:>3} injected {self.held:>3} held  {verdict:<8}  {acted}{past}"
        )
        return "\n".join([line, *(f"      {one}" for one in self.wrong)])
