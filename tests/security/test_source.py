"""What no line of the project's own code does: run code that it reads, unpickle, speak to a shell, parse entities."""

import ast
from collections.abc import Iterator

import pytest

from forex.schedule import run
from tests.support.made_up import ROOT

SOURCES = sorted(path for folder in ("forex", "stages", "studies") for path in (ROOT / folder).rglob("*.py"))

# Each makes objects or code from bytes that somebody else may have written.
MODULES = {"cloudpickle", "code", "codeop", "dill", "joblib", "jsonpickle", "marshal", "pickle", "shelve", "yaml"}
NAMES = {"compile", "eval", "exec", "__import__"}
CALLS = {"os.popen", "os.system", "os.spawnl", "os.spawnv", "os.execl", "os.execv", "pty.spawn", "subprocess.getoutput"}
METHODS = {"load_module", "read_pickle", "to_pickle", "unsafe_load", "full_load", "from_yaml"}
SHELL = "/bin/sh"


def dotted(node: ast.AST) -> str:
    """`a.b.c` as it is written, "" for anything but such a name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (inner := dotted(node.value)):
        return f"{inner}.{node.attr}"
    return ""


def findings(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (f"import {alias.name}" for alias in node.names if alias.name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in MODULES:
            yield f"import {node.module}"
        elif isinstance(node, ast.Call):
            yield from _of_a_call(node)


def _of_a_call(node: ast.Call) -> Iterator[str]:
    name = dotted(node.func)
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    if name in NAMES or name in CALLS or (isinstance(node.func, ast.Attribute) and node.func.attr in METHODS):
        yield f"{name or node.func.attr}()"  # type: ignore[attr-defined]
    if "shell" in keywords and not (isinstance(keywords["shell"], ast.Constant) and keywords["shell"].value is False):
        yield "shell="
    if (allowed := keywords.get("allow_pickle")) is not None and not (
        isinstance(allowed, ast.Constant) and allowed.value is False
    ):
        yield "allow_pickle"
    if name.endswith("YAML") and isinstance(kind := keywords.get("typ"), ast.Constant) and kind.value == "unsafe":
        yield "an unsafe YAML"
    if name in {"subprocess.run", "subprocess.call", "subprocess.Popen", "subprocess.check_output", "check_output"}:
        first = node.args[0] if node.args else keywords.get("args")
        if isinstance(first, ast.Constant | ast.JoinedStr):  # a shell would have to split it
            yield "a command that is a text"


def test_no_file_runs_what_it_reads() -> None:
    found = {str(path.relative_to(ROOT)): list(findings(path.read_text(encoding="utf-8"))) for path in SOURCES}
    assert len(found) > 200
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize(
    "line",
    [
        "import pickle", "from pickle import loads", "import joblib.memory", "import yaml", "from marshal import load",
        "eval(text)", "exec(text)", "compile(text, '', 'exec')", "__import__(name)", "os.system(text)", "os.popen(text)",
        "frame.read_pickle(path)", "subprocess.run(words, shell=True)", "subprocess.run('ls -l', check=False)",
        "subprocess.run(f'ls {path}')", "np.load(path, allow_pickle=True)", "np.load(path, allow_pickle=flag)",
        "YAML(typ='unsafe').load(text)", "run(words, shell=flag)", "store.from_yaml(text)",
    ],
)  # fmt: skip
def test_the_search_finds_what_it_is_there_for(line: str) -> None:
    assert len(list(findings(line))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "re.compile(pattern)", "model.eval()", "subprocess.run(['git', *words], shell=False)", "YAML(typ='safe')",
        "np.savez(path, allow_pickle=False)", "'import pickle'", "# eval(text)",
    ],
)  # fmt: skip
def test_and_nothing_else(line: str) -> None:
    assert list(findings(line)) == []


def test_the_one_script_for_a_shell_is_constant_and_takes_what_it_runs_as_arguments() -> None:
    """The schedule's, which writes down how a command ended. crontab's editor is a script whose path is quoted."""
    places = {str(path.relative_to(ROOT)) for path in SOURCES if SHELL in path.read_text(encoding="utf-8")}
    assert places == {"forex/schedule/run.py", "forex/schedule/crontab.py", "forex/schedule/timers.py"}
    starts = [
        node.elts
        for node in ast.walk(ast.parse((ROOT / "forex/schedule/run.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.List) and node.elts and isinstance(node.elts[0], ast.Constant)
        if node.elts[0].value == SHELL
    ]
    assert [[ast.unparse(word) for word in words[:3]] for words in starts] == [["'/bin/sh'", "'-c'", "SHELL"]]
    assert isinstance(run.SHELL, str) and run.SHELL.startswith('"$@";')
