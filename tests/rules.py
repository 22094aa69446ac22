"""The rules of the house as pure functions: the text of a module in, what it does wrong out.

tests/test_house_rules.py holds the project to them and proves of each that it can say no.
"""

import ast
import re
import string
from collections.abc import Iterable, Iterator, Sequence

MODULE_LINES = 300
"""What a module aims at; a longer one is named in the test, with what holds it together."""
MODULE_LINES_HARD = 400
APP_LINES = 200

WORKER_STATEMENTS = 10
TOUCHES_WIDGETS = frozenset(
    {"query_one", "query", "mount", "update", "push_screen", "pop_screen", "loading", "call_from_thread", "notify"}
)
"""From a thread some of these raise, some hang the screen, and some happen to work, which is how they pass review."""

POSIX_ONLY = frozenset({"fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"})
CATCH_ALL = frozenset({"Exception", "BaseException"})
MARKUP_CALLS = frozenset({"Static", "Label", "notify"})
"""They read their first argument as markup unless told otherwise."""

KEYS = re.compile(
    r"f(?:[1-9]|10)|[a-z]|ctrl\+[a-z]|enter|escape|space|tab|up|down|left|right|home|end|pageup|pagedown|delete|insert|"
    r"plus|minus|equals_sign|left_square_bracket|right_square_bracket|comma|full_stop|semicolon|apostrophe|slash|"
    r"question_mark|backslash|[0-9]"
)
"""Keys that every terminal sends."""
KEYS_LOST = frozenset({"ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+s", "ctrl+z"})
"""Backspace, tab, newline, enter; stop and suspend where the terminal keeps them."""

FOREIGN_WORDS = re.compile(
    r"/(?:[w]ork|[f]arm|[r]oot)/|/home/(?!\.\.\.)[a-z][\w.-]*/|/Users/\w|[A-Z]:\\Users\\(?!%)\w"
    r"|[p]ypi\.org|[p]ythonhosted|[r]egistry\.npmjs|[d]eb\.debian|--(?:extra-)?[i]ndex-url|[s]ubagent"
)
"""Folders of one person's machine, and addresses of registries: both are the business of whoever installs."""
OPEN_ENDS = re.compile(r"\b(?:[T]ODO|[F]IXME|[X]XX)\b|\braise\s+[N]otImplementedError")

CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


def size(name: str, lines: int, long_modules: Iterable[str]) -> str | None:
    """What is wrong with a module of so many lines; `long_modules` are those that are known to be long."""
    limit = APP_LINES if name == "console/app.py" else MODULE_LINES_HARD
    if lines > limit:
        return f"{name} has {lines} lines, more than {limit}: which second noun is in it?"
    if lines > MODULE_LINES and name not in long_modules:
        return (
            f"{name} has {lines} lines, more than {MODULE_LINES}: split it, or name it in LONG_MODULES with the reason"
        )
    if lines <= MODULE_LINES and name in long_modules:
        return f"{name} has only {lines} lines: take it off LONG_MODULES"
    return None


def prints(source: str) -> list[str]:
    """A print writes into the screen that Textual draws; the command line writes to sys.stdout on purpose."""
    return [f"line {call.lineno}: print()" for call in _calls(source) if _name(call.func) == "print"]


def catch_alls(source: str) -> list[str]:
    """A handler that takes everything hides the next mistake."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or _name(kind) in CATCH_ALL for kind in kinds):
                found.append(f"line {node.lineno}: catches everything")
    return found


def worker_bodies(source: str) -> list[str]:
    """A thread worker is a shell: call the domain, post a message. It never touches a widget."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and _is_thread_worker(function):
            body = function.body[1:] if ast.get_docstring(function) is not None else function.body
            statements = [node for part in body for node in ast.walk(part) if isinstance(node, ast.stmt)]
            lines = body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0
            if max(len(statements), lines) > WORKER_STATEMENTS:
                found.append(f"{function.name}: more than {WORKER_STATEMENTS} lines in a thread worker")
            for node in ast.walk(function):
                if isinstance(node, ast.Attribute) and node.attr in TOUCHES_WIDGETS:
                    found.append(f"{function.name}, line {node.lineno}: .{node.attr} in a thread worker")
    return found


def _is_thread_worker(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(decorator, ast.Call)
        and _name(decorator.func) == "work"
        and any(word.arg == "thread" and _is_constant(word.value, True) for word in decorator.keywords)
        for decorator in function.decorator_list
    )


def formatted_messages(source: str) -> list[str]:
    """A sentence that is put together before it is looked up is in no catalogue."""
    return [
        f"line {call.lineno}: {_name(call.func)}() of a sentence that is put together"
        for call in _calls(source)
        if _name(call.func) in ("_", "N_", "ngettext") and any(_is_put_together(part) for part in call.args[:2])
    ]


def _is_put_together(node: ast.expr) -> bool:
    is_format = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"
    return isinstance(node, ast.JoinedStr | ast.BinOp) or is_format


def posix_imports(source: str) -> list[str]:
    """What Windows has not got may only be imported inside a function, or behind a question for the platform."""
    return [f"line {line}: imports {name} at module level" for line, name in _top_imports(ast.parse(source).body)]


def _top_imports(body: Sequence[ast.stmt]) -> Iterator[tuple[int, str]]:
    for node in body:
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.ClassDef):
            yield from _top_imports(node.body)
        elif isinstance(node, ast.If) and not re.search(
            r"sys\.platform|os\.name|TYPE_CHECKING", ast.unparse(node.test)
        ):
            yield from _top_imports([*node.body, *node.orelse])
        yield from ((node.lineno, name) for name in names if name.partition(".")[0] in POSIX_ONLY)


def imports(source: str) -> set[str]:
    """The top-level packages that a module imports anywhere, inside functions and for typing included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found


def markup_of_data(source: str) -> list[str]:
    """Only a literal may be markup: a patient named [b] has to show as [b], and [/b] must not end the program."""
    found = []
    tree = ast.parse(source)
    for call in _calls(source):
        if _name(call.func) in MARKUP_CALLS and not _is_plain(call):
            found.append(f"line {call.lineno}: {_name(call.func)}() of data without markup=False")
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and {_name(base) for base in node.bases} & {"Static", "Label"}:
            for inner in ast.walk(node):
                if (
                    isinstance(inner, ast.Call)
                    and ast.unparse(inner.func) == "super().__init__"
                    and not _is_plain(inner)
                ):
                    found.append(f"line {inner.lineno}: {node.name} hands data to Static without markup=False")
    return found


def _is_plain(call: ast.Call) -> bool:
    first = call.args[0] if call.args else None
    if first is None or (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        return True
    return any(word.arg == "markup" and _is_constant(word.value, False) for word in call.keywords)


def nameless_bindings(source: str) -> list[str]:
    """A binding without an id can neither be moved to another key nor be found by the help screen."""
    return [
        f"line {call.lineno}: Binding() without id"
        for call in _calls(source)
        if _name(call.func) == "Binding" and not any(word.arg == "id" for word in call.keywords)
    ]


def hex_colours(css: str) -> list[str]:
    """Colours are theme tokens, so that light, dark and colourless screens all stay readable."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return [
        f"{rule.strip()}" for rule in re.findall(r"[\w-]+\s*:[^;{}]*(?:#[0-9a-fA-F]{3,8}\b|\brgba?\()[^;{}]*", plain)
    ]


def css_of(source: str) -> list[str]:
    """The style sheets that stand inside a module."""
    sheets = []
    for node in ast.walk(ast.parse(source)):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(_name(target) in ("CSS", "DEFAULT_CSS") for target in targets):
            value = getattr(node, "value", None)
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                sheets.append(value.value)
    return sheets


def bare_suppressions(source: str) -> list[str]:
    """A suppressed rule names the rule; otherwise it suppresses the next mistake too."""
    pattern = re.compile(r"#\s*(?:[t]ype:\s*ignore(?!\[)|[n]oqa(?!:))")
    return [
        f"line {number}: {line.strip()}" for number, line in enumerate(source.splitlines(), 1) if pattern.search(line)
    ]


def foreign_words(text: str) -> list[str]:
    """Words that tie the project to one machine, and ends left open."""
    pattern = re.compile(f"{FOREIGN_WORDS.pattern}|{OPEN_ENDS.pattern}")
    return [
        f"line {number}: {found[0]}"
        for number, line in enumerate(text.splitlines(), 1)
        for found in pattern.finditer(line)
    ]


def unknown_key(key: str) -> str | None:
    """What is wrong with one key of a binding."""
    if key in KEYS_LOST:
        return f"{key} does not arrive as itself in every terminal"
    if not KEYS.fullmatch(key):
        return f"{key} is not a key that every terminal sends"
    return None


def placeholders(text: str) -> set[str]:
    """The {names} of a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def _name(node: ast.expr | None) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_constant(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
