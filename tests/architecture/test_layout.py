"""The shape of the code: floors, file names, file sizes, and lock files that name no registry."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

ROOT: Path = settings.BASE_DIR
MAX_LINES = 500

# style.md, and what Django or the portal itself looks for by name.
STYLE = """enums models validators querysets rules services selectors tasks forms filters tables resources views urls indicators todos jobs
    deadlines admin"""
FRAMEWORK = "__init__ apps middleware context_processors migrations management templatetags demo"
# An app's own file needs a reason.
OWN_FILES = {
    "accounts/backends": "other ways to prove who one is than by password; Django looks for them by the names in the settings",
    "accounts/sessions": "where sessions are kept: SESSION_ENGINE",
    "accounts/signals": "what Django and axes say about sign-ins, written to the log",
    "organizations/grants": "what the roles of a user give: the ground of rules, querysets and the request's scope",
    "organizations/roles": "every role, as data (design.md, Roles)",
    "organizations/triggers": "the tree's triggers in SQL",
    "audit/sealing": "the chain of seals over every log: made, verified, archived (ADR 008)",
    "audit/taking": "lists that leave as files: on every floor above, and each one in the log",
    "coverage/charts": "what the trend and the map draw, as plain values",
    "coverage/triggers": "what notes a change and freezes a closed year, in SQL",
    "organizations/two_sided": "what pairings and exchanges share, below both: a report about two schools, and choosing the other one",
    "plans/drafting": "what a draft's page shows beside the form, and what it is told when it saves itself",
    "people/rosters": "reads a pasted list of people and names every fault in it; what a form does for one person",
    "plans/sections": "the circular's parts of a plan, as data: what a year's template begins with",
    "plans/suggestions": "the registry of texts that apps above suggest for a section of a plan",
    "conferences/triggers": "what keeps confirmed minutes as they are, in SQL",
    "years/triggers": "what freezes a closed year, in SQL",
    "plans/template": "the year's template as the city sets it: form, service and page of one noun",
    "exchange/triggers": "what an undo may take away, in SQL",
    "years/registry": "the registry of yearly reports to which the siblings contribute",
    "notices/registry": "the registry of what is due, to which the apps above contribute in their deadlines.py",
    "jobs/registry": "what can be done as a job; the apps above declare it in their jobs.py",
    "jobs/running": "the engine between task and app: attempts, the owner's scope, one result",
    "jobs/progress": "how far a running job is, told through the cache",
    "plans/papers": "a plan as an official paper: what it says, as PDF and as a Word document",
    "coverage/questions": "an indicator's rule of a day as one SQL question",
    "coverage/registry": "the registry of indicators to which the siblings contribute",
}


def ours() -> list[str]:
    """The apps above the core, which has no domain word in it and names its files by mechanism."""
    return [
        config.name.removeprefix("apps.") for config in apps.get_app_configs() if config.name.startswith("apps.") and config.label != "core"
    ]


def test_apps_import_only_from_floors_below():
    """In a process of its own: the linter turns off every logger that it finds."""
    linted = subprocess.run([Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert (linted.returncode, linted.stderr) == (0, ""), linted.stdout


def test_every_app_stands_on_a_floor():
    layers = re.search(r"layers = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL)
    assert layers
    assert set(re.findall(r"apps\.(\w+)", layers[1])) == {*ours(), "core"}


def test_files_have_the_names_of_the_style():
    allowed = {*STYLE.split(), *FRAMEWORK.split(), "__pycache__"}
    found = {f"{app}/{file.stem}" for app in ours() for file in (ROOT / "apps" / app).iterdir() if file.is_dir() or file.suffix == ".py"}
    assert {name for name in found if name.split("/")[1] not in allowed} == set(OWN_FILES)


def sources() -> list[Path]:
    folders = [ROOT / name for name in ("apps", "jiaxing_pioneers", "tests", "templates", "static/src")]
    found = [file for folder in folders for file in folder.rglob("*") if file.suffix in (".py", ".html", ".css", ".js")]
    return [file for file in found if file.parent.name != "migrations"]  # Django writes those


def test_no_file_is_too_long():
    lengths = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in sources()}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True)


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements.in", "requirements-dev.in", "pyproject.toml", ".npmrc"]
)
def test_python_locks_name_no_registry(name):
    text = (ROOT / name).read_text()
    assert re.findall(r"(?m)^.*(?:://|index-url|find-links|trusted-host|^registry).*$", text) == []


def test_python_locks_have_hashes():
    for name in ("requirements.txt", "requirements-dev.txt"):
        entries = re.findall(r"(?m)^(\S+==\S+) \\\n    --hash=sha256:", (ROOT / name).read_text())
        assert len(entries) == len(re.findall(r"(?m)^\S+==", (ROOT / name).read_text())) > 0


def test_node_lock_names_no_registry():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert {name for name, package in packages.items() if "resolved" in package} == set()
    assert {name for name, package in packages.items() if name and "integrity" not in package} == set()
