"""Calls that would run text or unpack objects out of data, found in the source."""

import ast

# By the name that is called, as it is written.
FORBIDDEN = {
    "eval", "exec", "compile", "__import__", "sympify", "parse_expr", "os.system", "os.popen", "pickle.load",
    "pickle.loads", "pickle.Unpickler", "marshal.loads", "marshal.load", "shelve.open", "dill.loads", "joblib.load",
    "torch.load", "yaml.load", "yaml.unsafe_load", "yaml.full_load", "tempfile.mktemp", "ssl._create_unverified_context",
    "shutil.unpack_archive", "subprocess.getoutput", "subprocess.getstatusoutput",
}  # fmt: skip
METHODS = {"extractall", "sympify", "parse_expr"}
"""Of whatever object."""
OPTIONS = {"shell": True, "trust_remote_code": True, "allow_pickle": True, "verify": False, "verify_ssl": False}
"""Keyword -> the value that no call may give it; a value that isn't written out counts as that one."""


def forbidden_calls(source):
    """(line, what) of each."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = _dotted(node.func)
            if name in FORBIDDEN or name.rpartition(".")[2] in METHODS:
                yield node.lineno, name
            for option in node.keywords:
                if option.arg in OPTIONS and _may_be(option.value, OPTIONS[option.arg]):
                    yield node.lineno, f"{option.arg}={ast.unparse(option.value)}"
        elif isinstance(node, ast.ImportFrom):
            for one in node.names:
                if f"{node.module}.{one.name}" in FORBIDDEN or one.name in METHODS:
                    yield node.lineno, f"from {node.module} import {one.name}"


def _dotted(node):
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def _may_be(node, value):
    return node.value is value if isinstance(node, ast.Constant) else True
