"""The steps of an upgrade and the way back; each may be done twice, so that a killed command goes on."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass

from heliograph_deploy.gate import Gate, is_red
from heliograph_deploy.journal import Entry, Journal
from heliograph_deploy.place import Failed, Place
from heliograph_deploy.programs import Command, Systemd

Say = Callable[[str], None]
LEAST_FREE = 1_000_000_000
NODE_SECONDS = 180.0
# There is nothing else to go to.
WAY_BACK_SECONDS = 600.0


@dataclass(frozen=True)
class Upgrade:
    """An installation, what restarts its programs, and what its releases must pass."""

    place: Place
    journal: Journal
    programs: Systemd | Command
    gate: Gate
    say: Say
    keep: int = 3

    def to(self, release: str) -> Entry:
        """Take a release, going on where a killed command was; on any failure the one before is back."""
        entry = self.journal.read()
        if entry is None or entry.result:
            before = self.place.current()
            if not before:
                raise Failed("No release is in use; install one first (deploy/install.sh).")
            if before == release:
                raise Failed(f"{release} is in use already.")
            entry = Entry(before, release)
            if is_red(self.place, before):
                entry.done.append("was red")
        elif entry.after != release:
            raise Failed(
                f"An upgrade to {entry.after} was cut off; go on with it, or take it back with `rollback`."
            )
        else:
            self.say(f"going on with the upgrade from {entry.before}")
        self.journal.write(entry)
        return self._forward(entry)

    def back(self) -> Entry:
        """Take the release before, or end an upgrade that was cut off by taking it back."""
        entry = self.journal.read()
        if entry is None or (entry.result and entry.result not in ("upgraded", "finished")):
            raise Failed("There is no upgrade to take back.")
        if entry.result == "finished" or "finish" in entry.done:
            raise Failed(
                f"What {entry.before} needs of the tables is gone; upgrade to a newer release instead."
            )
        return self._return(entry, "it was asked for")

    def finish(self) -> Entry:
        """Take away what only the release before needs: there is no way back from then on."""
        entry = self.journal.read()
        if entry is None or entry.result not in ("upgraded", "finished"):
            raise Failed("There is no upgrade to finish.")
        self.place.run(entry.after, "migrate", "--contract", as_owner=True, seconds=7200)
        entry.result = "finished"
        self.journal.write(entry)
        return entry

    def _forward(self, entry: Entry) -> Entry:
        try:
            for name, act in self._steps(entry):
                if name not in entry.done:
                    self.say(name)
                    act()
                    entry.done.append(name)
                    self.journal.write(entry)
        except Failed as fault:
            if set(entry.done) & {"switch"} or self.place.current() == entry.after:
                self.say(f"{fault} Going back to {entry.before}")
                return self._return(entry, str(fault))
            return self._end(entry, "failed", str(fault))
        self._prune(entry)
        return self._end(entry, "upgraded", "")

    def _steps(self, entry: Entry) -> list[tuple[str, Callable[[], None]]]:
        place, after = self.place, entry.after

        def healthy() -> None:
            self.gate.pages(after)
            self.gate.health(place, after, was_red="was red" in entry.done)

        return [
            ("preflight", lambda: self._preflight(entry)),
            # What the release in use still has to take away, before anything is built on that.
            ("finish the release before", lambda: self._contract(entry.before)),
            ("expand", lambda: self._migrate(after, "--expand")),
            ("switch", lambda: place.switch(after)),
            ("reload the pages", self.programs.reload_web),
            ("gate of the pages", lambda: self.gate.pages(after)),
            ("roll the programs", lambda: self._roll(entry, after)),
            ("gate of all", healthy),
        ]

    def _preflight(self, entry: Entry) -> None:
        free = shutil.disk_usage(self.place.root).free
        if free < LEAST_FREE:
            raise Failed(f"Only {free // 1_000_000} MB are free in {self.place.root}; 1 GB is needed.")
        self.place.run(entry.after, "check")
        waiting = self.place.asked(entry.after, "migrate", "--plan", as_owner=True)
        self.say(f"    migrations that wait: {waiting}")
        self.say("    a backup is yours to make: `heliograph archive base`; see docs/operations/upgrade.md")

    def _contract(self, release: str) -> None:
        if self.place.asked(release, "migrate", "--plan", as_owner=True)["contract"]:
            self._migrate(release, "--contract")

    def _migrate(self, release: str, phase: str) -> None:
        self.place.run(release, "migrate", phase, as_owner=True, seconds=7200)

    def _roll(self, entry: Entry, release: str) -> None:
        """One after another, so that the others go on with the work."""
        for name in self.programs.names():
            if name in entry.rolled:
                continue
            self.say(f"    {name}")
            self._restart(name, release)
            entry.rolled.append(name)
            self.journal.write(entry)

    def _restart(self, name: str, release: str) -> None:
        node = self.programs.node_of(name)
        # One that is told to end finishes what it holds; drained first, nothing new is placed on it.
        full = self._node(node, release) if node else None
        if full:
            self.place.run(release, "nodes", "drain", str(full["name"]), "--reason", f"upgrade to {release}")
        self.programs.restart(name)
        if not full:
            return
        deadline = time.monotonic() + NODE_SECONDS
        while (found := self._node(node, release)) is None or not _runs(found, release):
            if time.monotonic() > deadline:
                raise Failed(f"{name} did not take up its work with {release} in {NODE_SECONDS:.0f} s.")
            time.sleep(1)
        self.place.run(release, "nodes", "undrain", str(full["name"]))

    def _node(self, node: str, release: str) -> "dict[str, object] | None":
        items = self.place.asked(release, "nodes", "list")["items"]
        assert isinstance(items, list)
        here = [one for one in items if str(one["name"]).split("@")[0] == node and one["state"] != "left"]
        return here[0] if here else None

    def _return(self, entry: Entry, why: str) -> Entry:
        """Nothing of the tables is taken back: the release before lives with what was expanded."""
        rolled, entry.rolled = list(entry.rolled), []
        self.place.switch(entry.before)
        self.programs.reload_web()
        self.gate.pages(entry.before, at_least=WAY_BACK_SECONDS)
        # Also the one whose restart failed or was cut off.
        for name in self.programs.names():
            if rolled or "gate of the pages" in entry.done:
                self.say(f"    {name} back to {entry.before}")
                self._restart(name, entry.before)
        return self._end(entry, "rolled back", why)

    def _end(self, entry: Entry, result: str, why: str) -> Entry:
        entry.result, entry.why = result, why
        self.journal.write(entry)
        return entry

    def _prune(self, entry: Entry) -> None:
        """Old releases go, but never the one in use nor the one before."""
        for name in self.place.complete()[: -self.keep]:
            if name not in (entry.before, entry.after):
                shutil.rmtree(self.place.releases / name)


def _runs(node: "dict[str, object]", release: str) -> bool:
    return node["release"] == release and node["state"] in ("alive", "draining", "late", "probation")
