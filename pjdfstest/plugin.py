"""pytest items for cases and for scripts of an external checkout; the server, report and ledger are dittofs.testing's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator, Optional

import pytest

from dittofs.testing.markers import covers
from dittofs.testing.options import servers
from pjdfstest.field import Field, Gone, InGuest, OnDirectory, mounts_of
from pjdfstest.kernel import Failed, Mount
from pjdfstest.posix import language
from pjdfstest.posix.interpreter import mistakes

_FIELDS = pytest.StashKey[dict[str, Field]]()
_CASES, _SCRIPTS = "pjdfstest.posix.agent", "pjdfstest.tap.agent"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("posix", "what the calls are made on")
    group.addoption("--vers", default="3", help="NFS version of the mount (default: 3)")
    group.addoption("--mount-options", default="", metavar="WORDS", help="more mount options, in words of nfs(5)")
    group.addoption("--local", metavar="FSTYPE", help="a file system of the guest's own (tmpfs), as the control group")
    group.addoption("--dir", metavar="DIR", help="a directory of this machine, without a guest; as root")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Names the run, and the ledgers of its protocol."""
    option = config.option
    if option.server == "dittofs":
        option.server = "dfs"
    local = option.dir or option.local
    if not option.report_name:
        who = f"dfs {option.store}" if option.server == "dfs" else option.server
        option.report_name = f"local {local}" if local else f"{who}, NFS {option.vers}"
    if not option.ledger and not local:
        # What is true of all minor versions, and what of this one.
        names = dict.fromkeys((f"nfs{option.vers.partition('.')[0]}.yaml", f"nfs{option.vers}.yaml"))
        option.ledger = [str(f) for f in (config.rootpath / "ledger" / name for name in names) if f.exists()]
    config.stash[_FIELDS] = {}


def pytest_unconfigure(config: pytest.Config) -> None:
    for field in config.stash.get(_FIELDS, {}).values():
        field.stop()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Optional[pytest.File]:
    if file_path.suffix == ".cases":
        return CaseFile.from_parent(parent, path=file_path)
    if file_path.suffix == ".t":
        return ScriptFile.from_parent(parent, path=file_path)
    return None


class CaseFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        try:
            cases = language.read(self.path)
        except language.BadCase as why:
            raise self.CollectError(str(why)) from why
        for case in cases:
            wrong = list(mistakes(case))
            if wrong:
                raise self.CollectError(f"{self.path}: {case.name}: {'; '.join(wrong)}")
            yield CaseItem.from_parent(self, name=case.name.partition("::")[2], case=case)


class Wrong(Exception):
    """What an item is shown with when it failed."""


class AgentItem(pytest.Item):
    """Something an agent runs. One agent runs all that were selected, in their order."""

    agent = ""
    key = ""  # its name for the agent

    def runtest(self) -> None:
        outcome = self._outcome()
        self.user_properties.append(("assertions", outcome["checks"]))
        if outcome["skipped"]:
            pytest.skip(outcome["skipped"])
        if outcome["failures"]:
            raise Wrong(self.explain(outcome["failures"]))

    def explain(self, failures: list) -> str:
        raise NotImplementedError

    def repr_failure(self, excinfo, style=None):
        return str(excinfo.value) if isinstance(excinfo.value, (Wrong, Gone)) else super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, None, self.name

    def _outcome(self) -> dict:
        fields = self.config.stash[_FIELDS]
        try:
            if self.agent not in fields:
                selected = [i for i in self.session.items if isinstance(i, AgentItem) and i.agent == self.agent]
                fields[self.agent] = _start(self.config, self.agent, selected)
            return fields[self.agent].outcome(self.key)
        except (Failed, Gone) as why:
            if isinstance(why, Gone) and why.any_before:
                raise
            # Nothing can be run here: every case would say the same.
            pytest.exit(f"{self.config.option.report_name}: {why}", returncode=pytest.ExitCode.USAGE_ERROR)


class CaseItem(AgentItem):
    agent = _CASES

    def __init__(self, *, case: language.Case, **more) -> None:
        super().__init__(**more)
        self.case, self.key = case, case.name
        self.add_marker(covers(f"POSIX {case.page}", case.what))

    def explain(self, failures: list) -> str:
        """The case as it is written, the lines that did not hold marked."""
        wrong: dict[int, list[str]] = {}
        for line, what in failures:
            wrong.setdefault(line, []).append(what)
        shown = [f"{self.path.name}:{self.case.line}: {self.case.what}"]
        shown += wrong.pop(self.case.line, [])
        for step in self.case.steps:
            mark = ">" if step.line in wrong else " "
            shown.append(f"{mark} {step.line:4} {step.text}")
            shown += [f"         {what}" for what in wrong.pop(step.line, [])]
        return "\n".join(shown)


class ScriptFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        yield ScriptItem.from_parent(self, name=f"{self.path.parent.name}/{self.path.name}")


class ScriptItem(AgentItem):
    agent = _SCRIPTS

    def __init__(self, **more) -> None:
        super().__init__(**more)
        self.key = str(self.path)
        page = self.path.parent.name
        self.add_marker(covers(f"POSIX {page if page.isidentifier() else 'pjdfstest'}", f"script {self.name}"))

    def explain(self, failures: list) -> str:
        return "\n".join(what for _, what in failures)


def _start(config: pytest.Config, agent: str, items: list[AgentItem]) -> Field:
    option = config.option
    files = list(dict.fromkeys(str(item.path) for item in items))
    order: dict = {"files": files, "names": [item.key for item in items], "places": None}
    if option.dir:
        if os.geteuid() != 0:
            raise Failed("--dir needs root: the calls are made as several users")
        return OnDirectory(agent, order, option.dir)
    if option.local:
        return InGuest(agent, order, [Mount(option.local, option.local, "mode=755")])
    mounts, order["places"] = mounts_of(servers(config).current, option.vers, option.mount_options)
    return InGuest(agent, order, mounts)
