"""The house keeps its rules: captions, sizes, and documents that say what the code does."""

import ast
import re
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS
from bot.settings import ROOT, Settings

MODULES = [path for path in sorted((ROOT / "bot").rglob("*.py")) if "versions" not in path.parts]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_says_what_the_room_is_for_and_stays_small(path: Path):
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), "no caption"
    assert len(text.splitlines()) <= 400


def settings_table() -> str:
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        shown = "" if default is None or default == "" else f"`{str(default).replace(str(ROOT) + '/', '')}`"
        rows.append(f"| `BOT_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(["| Name | Default | Meaning |", "| --- | --- | --- |", *rows])


def test_the_readme_lists_every_setting():
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = re.search(r"<!-- settings:.*?-->\n(.*?)\n<!-- /settings -->", readme, re.DOTALL)
    assert listed is not None
    assert listed[1] == settings_table()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_every_command(command):
    assert re.search(rf"\b{re.escape(command)}\b", (ROOT / "README.md").read_text("utf-8"))


def test_the_image_and_the_makefile_pin_the_same_torch():
    for name in ("pyproject.toml", "constraints.txt", "Makefile", "Dockerfile"):
        assert "torch==2.13.0" in (ROOT / name).read_text("utf-8"), name


def test_nothing_else_stands_at_the_top():
    allowed = {
        "bot", "knowledge", "ingest.py", "locales", "tests", "pyproject.toml", "Dockerfile", "README.md", "Makefile",
        "constraints.txt", "LICENSE", "data", "build", "delegate_assistant.egg-info",
    }  # fmt: skip
    assert {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} <= allowed
