"""The workflow for users' forks: pinned, least rights, no secret, and what it runs exists here."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from qa.cli import main

ROOT = Path(__file__).resolve().parents[1]
WORKFLOW = ROOT / ".github" / "workflows" / "board-qa.yml"
PINNED = re.compile(r"^\s*(?:- )?uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(?:\.\d+){2}$")


@pytest.fixture(scope="module")
def text() -> str:
    return WORKFLOW.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def workflow(text: str) -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(text)
    return loaded


def steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_it_runs_on_pushes_and_pull_requests_only(workflow: dict[Any, Any]) -> None:
    # YAML 1.1 reads the key `on` as true; pull_request_target would give strangers' code this repository's rights
    assert set(workflow[True]) == {"push", "pull_request"}


def test_every_action_is_pinned_to_a_commit_with_its_version_beside(text: str, workflow: dict[Any, Any]) -> None:
    uses = [line for line in text.splitlines() if "uses:" in line]
    assert len(uses) == sum("uses" in step for step in steps(workflow)) > 0
    assert [line for line in uses if not PINNED.match(line)] == []


def test_it_may_only_read_and_knows_no_secret(text: str, workflow: dict[Any, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in workflow["jobs"].values())
    assert "secrets." not in text
    checkout = next(step for step in steps(workflow) if "actions/checkout@" in step.get("uses", ""))
    assert checkout["with"]["persist-credentials"] is False


def test_nothing_that_a_pull_request_names_gets_into_a_shell(workflow: dict[Any, Any]) -> None:
    assert [step["run"] for step in steps(workflow) if "${{" in step.get("run", "")] == []


def test_runs_end_in_time_and_a_newer_push_stops_the_older(workflow: dict[Any, Any]) -> None:
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())
    assert workflow["concurrency"]["cancel-in-progress"] is True


def test_summary_and_reports_come_after_a_failure_too(workflow: dict[Any, Any]) -> None:
    ran = steps(workflow)
    tested = next(place for place, step in enumerate(ran) if step.get("run") == "make test")
    told = [
        step for step in ran[tested + 1 :] if "summary.md" in step.get("run", "") or "upload" in step.get("uses", "")
    ]
    assert len(told) == 2
    assert all("!cancelled()" in step["if"] for step in told)


def test_python_is_one_that_the_project_takes_and_pip_is_cached_by_its_pins(workflow: dict[Any, Any]) -> None:
    python = next(step["with"] for step in steps(workflow) if "actions/setup-python@" in step.get("uses", ""))
    assert python["python-version"] == "3.12"
    assert python["cache"] == "pip"
    assert all((ROOT / name).is_file() for name in python["cache-dependency-path"].split())


def test_the_shell_scripts_are_shell(workflow: dict[Any, Any]) -> None:
    for script in (step["run"] for step in steps(workflow) if "run" in step):
        checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_the_commands_for_a_councils_own_set_take_the_options_given(
    workflow: dict[Any, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    own = next(step for step in steps(workflow) if "eval/own" in step.get("run", ""))
    commands = [line.split() for line in own["run"].splitlines()]
    assert [command[:3] for command in commands] == [[".venv/bin/board-qa", "eval", part] for part in ("run", "gate")]
    for command in commands:
        with pytest.raises(SystemExit) as ended:  # --help ends only where all before it was understood
            main([*command[1:], "--help"])
        assert ended.value.code == 0
        help_text = capsys.readouterr().out
        assert all(word in help_text for word in command if word.startswith("--"))
