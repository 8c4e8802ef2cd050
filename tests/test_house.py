"""The house keeps its rules: captions, sizes, and documents that say what the code does."""

import ast
import re
from pathlib import Path

import pytest

import ingest
from bot.__main__ import COMMANDS
from bot.conversation import publishing
from bot.domain.language import NATIVE_NAMES, Language
from bot.i18n import catalog
from bot.settings import ROOT, Settings
from bot.stores.knowledge_files import spreadsheets

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


@pytest.mark.parametrize("name", NATIVE_NAMES.values())
def test_organizers_read_of_every_column_command_and_folder(name):
    """In each of the three languages of knowledge/README.md."""
    text = (ROOT / "knowledge" / "README.md").read_text("utf-8").partition(f"\n# {name}\n")[2]
    text = min((text.partition(f"\n# {other}\n")[0] for other in NATIVE_NAMES.values()), key=len)
    columns = {re.sub(r"_(zh|ru|en)$", "", column) for column in spreadsheets.COLUMNS}
    actions = {option for action in ingest.parser()._actions for option in action.option_strings if option[:2] == "--"}
    rare = {"--help", "--rebuild", "--reason", "--knowledge", "--announce-entry", "--yes", "--quiet"}
    commands = {f"/{name}" for name, _ in publishing.describe(catalog(Language.EN))}
    for word in (*columns, *(actions - rare), *commands, "bot handbook", "bot report", "drafts/", "taken-back/"):
        assert word in text, word


def test_the_image_and_the_makefile_pin_the_same_torch():
    for name in ("pyproject.toml", "constraints.txt", "Makefile", "Dockerfile"):
        assert "torch==2.13.0" in (ROOT / name).read_text("utf-8"), name


def test_nothing_else_stands_at_the_top():
    allowed = {
        "bot", "knowledge", "ingest.py", "locales", "tests", "pyproject.toml", "Dockerfile", "README.md", "Makefile",
        "constraints.txt", "LICENSE", "data", "build", "delegate_assistant.egg-info",
    }  # fmt: skip
    assert {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} <= allowed
