"""Guard 9b: an edition, and what brings it to readers."""

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import errata
import licences
from conftest import ROOT
from edition import release
from live import fetch, newest, parts
from website.fetch import Missing

pytestmark = pytest.mark.guard("9b release")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CITATION = (ROOT / "CITATION.cff").read_text("utf-8")
TOLD = ["README.md", "RELEASE.md", "CONTRIBUTING.md", ".ci/run"]
TOLD += [str(path.relative_to(ROOT)) for path in WORKFLOWS]
TOLD += [".devcontainer/devcontainer.json"]


def run(*command: str | Path, **how: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        **how,
    )


# The version, and who cites it


def test_the_version_is_the_same_everywhere() -> None:
    version = PROJECT["project"]["version"]
    cited = yaml.safe_load(CITATION)
    assert cited["version"] == version
    day = datetime.date.fromisoformat(cited["date-released"])
    assert day <= datetime.date.today() + datetime.timedelta(days=1)
    told = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.findall(r"^## (.+)", told, re.M)[0] == version


def tool(name: str) -> Path:
    """A command that CI has; skipped, with its reason, where it is not."""
    found = shutil.which(name, path=Path(sys.executable).parent)
    if not found:
        pytest.skip(f"no {name}: pip install -e '.[ci]' brings it")
    return Path(found)


def schema(name: str, *paths: Path) -> subprocess.CompletedProcess:
    command = [tool("check-jsonschema"), "--builtin-schema", f"vendor.{name}"]
    return run(*command, "--default-filetype", "yaml", *paths)


def test_the_schemas_hold() -> None:
    cited = schema("citation-file-format", ROOT / "CITATION.cff")
    assert cited.returncode == 0, cited.stdout
    checked = schema("github-workflows", *WORKFLOWS)
    assert checked.returncode == 0, checked.stdout


def test_what_breaks_the_schema_is_noticed(tmp_path: Path) -> None:
    spoiled = tmp_path / "CITATION.cff"
    spoiled.write_text(CITATION.replace("authors:", "author:"), "utf-8")
    assert "author" in schema("citation-file-format", spoiled).stdout
    spoiled = tmp_path / "tests.yml"
    text = WORKFLOWS[-1].read_text("utf-8")
    spoiled.write_text(text.replace("runs-on:", "run-on:", 1), "utf-8")
    assert schema("github-workflows", spoiled).returncode != 0


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    checked = run(tool("actionlint"), *WORKFLOWS)
    assert checked.returncode == 0, checked.stdout
    spoiled = tmp_path / "deploy.yml"
    text = (ROOT / ".github/workflows/deploy.yml").read_text("utf-8")
    spoiled.write_text(
        text.replace("outputs.base_url", "outputs.url"), "utf-8"
    )
    assert '"url" is not defined' in run(tool("actionlint"), spoiled).stdout


# Commands that are told are there


@pytest.mark.parametrize("name", TOLD)
def test_each_command_that_is_told_is_there(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    made = (ROOT / "Makefile").read_text("utf-8")
    targets = {*re.findall(r"^([a-z]+):", made, re.M)}
    targets |= {".venv/book", ".venv/test"}
    for told in re.findall(r"(?:[`\"]|run: |^)make ([a-z ./]+)", text, re.M):
        assert {*told.split()} <= targets, told
    for path in re.findall(r"\b(?:tools|tests|benchmarks)/[\w/]+\.py", text):
        if "/name.py" not in path:
            assert (ROOT / path).is_file(), path
    extras = PROJECT["project"]["optional-dependencies"]
    for told in re.findall(r"'?\.\[([\w,]+)\]", text):
        assert {*told.split(",")} <= {*extras}, told


def test_links_of_the_readme_lead_somewhere() -> None:
    for name in ("README.md", "RELEASE.md", "bp/README.md"):
        text = (ROOT / name).read_text("utf-8")
        for link in re.findall(r"\]\(([^)]+)\)", text):
            if link.startswith("../../actions/workflows/"):
                link = f".github/workflows/{link.split('/')[4]}"
            if "://" not in link:
                assert (ROOT / name).parent.joinpath(link).exists() or (
                    ROOT / link
                ).is_file(), link


@pytest.mark.posix
def test_binder_starts_the_book() -> None:
    """It installs from the top of the repository, where the files are."""
    wanted = (
        (ROOT / "binder" / "requirements.txt").read_text("utf-8").split("\n")
    )
    assert wanted[:2] == ["-c ../constraints.txt", "-e .[book]"]
    runtime = (ROOT / "binder" / "runtime.txt").read_text("utf-8").strip()
    assert runtime == "python-3.11"
    start = ROOT / "binder" / "start"
    assert os.access(start, os.X_OK)
    said = run(start, "echo", "jupyter", cwd=ROOT).stdout.split()
    assert said[0] == "jupyter"
    for app, given in zip(("ServerApp", "LabApp"), said[1:], strict=True):
        page = given.removeprefix(f"--{app}.default_url=/lab/tree/")
        assert (ROOT / page).is_file(), page


def test_the_container_has_a_python_that_will_do() -> None:
    told = json.loads(
        (ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8")
    )
    image, _, tag = told["image"].partition(":")
    assert image.endswith("devcontainers/python") and tag == "3.11"
    assert PROJECT["project"]["requires-python"] == ">=3.11"
    assert f"--port={told['forwardPorts'][0]}" in told["postAttachCommand"]


# The module, from its wheel alone


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("source")
    for name in ("bp", "LICENSE", "LICENSE-TEXT", "pyproject.toml"):
        path, copied = ROOT / name, source / name
        if path.is_dir():
            skip = shutil.ignore_patterns("__pycache__")
            shutil.copytree(path, copied, ignore=skip)
        else:
            shutil.copy(path, copied)
    made = release.module(tmp_path_factory.mktemp("dist"), source)
    assert [path.suffix for path in made] == [".whl", ".gz"]
    return made[0]


def alone(wheel: Path, folder: Path) -> tuple[Path, dict[str, str]]:
    """A Python that has this wheel and numpy, and nothing else."""
    import numpy

    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    done = run(*pip, "--no-index", "--target", folder / "bp", wheel)
    assert done.returncode == 0, done.stdout
    (folder / "numpy").mkdir()
    for path in Path(numpy.__file__).parents[1].glob("numpy*"):
        (folder / "numpy" / path.name).symlink_to(path)
    found = os.pathsep.join([str(folder / "bp"), str(folder / "numpy")])
    return folder / "venv" / "bin" / "python", {"PYTHONPATH": found}


@pytest.mark.posix
def test_the_readmes_run_with_the_wheel_alone(
    wheel: Path, tmp_path: Path
) -> None:
    python, paths = alone(wheel, tmp_path)
    look = "import bp, sys; print(bp.__file__)\n"
    look += "from importlib.metadata import version\n"
    look += "print(version('backprop-book'))\n"
    look += "from importlib.util import find_spec\n"
    look += "print(find_spec('matplotlib'), len(bp.load_digits()))"
    said = run(python, "-c", look, cwd=tmp_path, env=os.environ | paths)
    where, version, *rest = said.stdout.splitlines()
    assert Path(where).is_relative_to(tmp_path / "bp"), said.stdout
    assert version == PROJECT["project"]["version"] and rest == ["None 2"]
    for name in ("README.md", "bp/README.md"):
        text = (ROOT / name).read_text("utf-8")
        (code,) = re.findall(r"```python\n(.*?)```", text, re.S)
        env = os.environ | paths | {"PYTHONWARNINGS": "error"}
        done = run(python, "-c", code, cwd=tmp_path, env=env)
        assert done.returncode == 0, done.stdout
        assert "(30, 64) (10, 1)" in done.stdout
    assert 0.96 < float(done.stdout.split()[-1]) < 1


def test_the_wheel_holds_the_module_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as made:
        content = {name: made.read(name) for name in made.namelist()}
    modules = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "bp").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {n for n in content if n.startswith("bp/")} == modules
    assert all((ROOT / n).read_bytes() == content[n] for n in modules)


# What is shipped, and its licences


def test_what_the_wheel_holds_has_its_licence(wheel: Path) -> None:
    assert not [*licences.lacks("wheel", licences.contents(wheel))]


@pytest.mark.guard("7 site")
@pytest.mark.together("site")
def test_what_the_site_holds_has_its_licence(site: Path) -> None:
    """Fonts are files there; none is hidden in a style."""
    assert not [*licences.lacks("site", licences.contents(site))]
    assert not licences.embedded(site)


def test_what_is_not_listed_is_noticed(tmp_path: Path) -> None:
    there = "a.html licences.md slides.css reveal/reveal.js reveal/LICENSE"
    there += " reveal/theme/white.css reveal/css/LICENSE"
    for name in there.split():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert release.licensed("slides", tmp_path) == tmp_path
    (tmp_path / "jquery.js").touch()
    with pytest.raises(SystemExit, match="jquery.js of the slides has no"):
        release.licensed("slides", tmp_path)
    font = "IBMPlexSans-Bold of the PDF has no licence"
    assert font in [*licences.lacks("pdf", ["IBMPlexSans-Bold"])]
    gone = "reveal/css/* is not in the slides"
    assert gone in [*licences.lacks("slides", ["index.html"])]


def test_a_font_within_a_style_is_noticed(tmp_path: Path) -> None:
    face = "@font-face {{font-family: '{}'; src: url({});}} a {{b: c}}"
    text = face.format("Hidden One", "data:font/woff;base64,AA==")
    text += face.format("Seen", "seen.woff2")
    (tmp_path / "a.css").write_text(text, "utf-8")
    assert licences.embedded(tmp_path) == {"Hidden One"}


def test_the_parts_of_live_pages_have_their_licence() -> None:
    """What is fetched from Pyodide and PyPI, by name."""
    try:
        packages = fetch.official_lock()["packages"]
    except Missing as error:
        pytest.skip(str(error))
    roots = parts.FROM_PYODIDE + parts.FOR_NOTEBOOKS
    names = [packages[n]["file_name"] for n in fetch.needed(packages, roots)]
    names += [wheel.file for wheel in parts.WHEELS]
    there = [f"_static/live/pyodide/{name}" for name in names]
    said = [*licences.lacks("site", there)]
    assert not [line for line in said if "has no licence" in line]


# An edition


def test_an_archive_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    (folder / "chapters").mkdir(parents=True)
    (folder / "chapters" / "a.html").write_text("a", "utf-8")
    (folder / "index.html").write_text("b", "utf-8")
    first, second = tmp_path / "book-1.zip", tmp_path / "again" / "book-1.zip"
    second.parent.mkdir()
    release.archive(folder, first)
    os.utime(folder / "index.html", (0, 0))
    release.archive(folder, second)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as made:
        assert made.namelist() == [
            "book-1/chapters/a.html",
            "book-1/index.html",
        ]


def test_checksums_are_as_sha256sum_reads_them(tmp_path: Path) -> None:
    if not shutil.which("sha256sum"):
        pytest.skip("no sha256sum here")
    (tmp_path / "a b.pdf").write_bytes(b"a")
    (tmp_path / "b.zip").write_bytes(b"b")
    (tmp_path / "SHA256SUMS").write_text(release.sums(tmp_path), "utf-8")
    check = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert run(*check, cwd=tmp_path).returncode == 0
    (tmp_path / "b.zip").write_bytes(b"c")
    assert run(*check, cwd=tmp_path).returncode != 0


def test_what_is_not_committed_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(release, "git", lambda *_: " M chapters/a.md")
    monkeypatch.setattr(release, "release", lambda: pytest.fail("released"))
    with pytest.raises(SystemExit, match="Commit this first.*\n M chapters/a"):
        release.main()


def test_a_step_that_fails_says_why() -> None:
    fails = [sys.executable, "-c", "print('why'); raise SystemExit(3)"]
    with pytest.raises(SystemExit, match="why\n"):
        release.quietly(fails)


# Errata


def test_each_erratum_is_guarded() -> None:
    editions = (ROOT / "CHANGELOG.md").read_text("utf-8")
    for entry in errata.entries():
        assert errata.guarded(entry["guard"]), entry["guard"]
        number = entry["edition"].removeprefix("drafts of ")
        assert f"## {number}\n" in editions, number
        assert entry["said"] != entry["right"]


def test_a_guard_that_is_gone_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(
        "def test_b() -> None: ...", "utf-8"
    )
    (tmp_path / "a.md").write_text(
        'It rises.\n% so "it rises": x > 1\n', "utf-8"
    )
    there = ["tests/test_a.py::test_b", 'a.md::so "it rises"', "a.md::x > 1"]
    assert all(errata.guarded(guard, tmp_path) for guard in there)
    gone = ["tests/test_a.py::test_", "tests/test_b.py::test_b", "a.md::"]
    gone += ["a.md::It rises", "a.md", "tests/test_a.py::b"]
    assert not any(errata.guarded(guard, tmp_path) for guard in gone)


# Another Pyodide


LOOK = """
import json, sys
sys.path.insert(0, "tools")
from live import parts
names = "VERSION SHA256 OFFICIAL CARRIER FOLDER".split()
print(json.dumps([getattr(parts, name) for name in names]))
"""


def test_another_pyodide_can_be_named() -> None:
    """With a folder of its own, and never with the wheels of the tested."""
    named = {"BP_PYODIDE_VERSION": "0.29.0", "BP_PYODIDE_SHA256": "ab" * 32}
    said = run(sys.executable, "-c", LOOK, cwd=ROOT, env=os.environ | named)
    version, sha256, official, carrier, folder = json.loads(said.stdout)
    assert (version, sha256) == ("0.29.0", "ab" * 32)
    assert "/v0.29.0/" in official and carrier is None
    assert folder not in ("live", parts.FOLDER)


@pytest.fixture
def lock(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, dict]]:
    """That of a Pyodide whose standard library has ssl and sqlite3."""
    packages = {}
    for name in (*parts.FROM_PYODIDE, *parts.FOR_NOTEBOOKS):
        file = f"{name}-9.whl"
        packages[name] = {"depends": [], "file_name": file, "sha256": name}
    del packages["ssl"], packages["sqlite3"]
    packages["ipython"]["depends"] = ["prompt_toolkit", "wcwidth"]
    monkeypatch.setattr(fetch, "official_lock", lambda: {"packages": packages})
    yield packages


def test_what_a_newer_pyodide_has_not_is_not_asked_for(
    lock: dict[str, dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, str] = {}
    monkeypatch.setattr(
        fetch, "fill", lambda _, files, __: asked.update(files)
    )
    found = fetch.wheels()
    own = {wheel.name for wheel in parts.WHEELS}
    assert {*found} == {*lock} | own
    assert asked["numpy-9.whl"] == "numpy", "with the lock file's SHA-256"


@pytest.mark.posix
def test_the_newest_pyodide_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    npm = tmp_path / "npm"
    npm.write_text(
        f"#!{sys.executable}\nimport sys, pathlib\n"
        "folder = sys.argv[sys.argv.index('--pack-destination') + 1]\n"
        "pathlib.Path(folder, 'pyodide-9.0.0.tgz').write_bytes(b'whole')\n"
        'print(\'[{"filename": "pyodide-9.0.0.tgz", "version": "9.0.0"}]\')\n',
        "utf-8",
    )
    npm.chmod(0o755)
    monkeypatch.setattr(newest, "npm", lambda: str(npm))
    version, sha256 = newest.newest(tmp_path)
    assert version == "9.0.0"
    assert sha256 == (
        "5d5766cf2d78701614200418ee1450690d9af12c84d52545e4802f001ad53099"
    )
