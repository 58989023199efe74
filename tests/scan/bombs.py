"""Sources that want to break whoever reads them, by name. Each is at most 2 MB, and harmless until it is scanned."""

from __future__ import annotations

HEAD = "from celery import shared_task\n\n"
TASK = "@shared_task(retry_limit=1)\ndef charge(): ...\n"
ROOM = 1_900_000


def _circle(names: int, bindings: int) -> str:
    """Names that lead to each other in circles, each in several ways."""
    lines = [f"n{each} = n{(each + step) % names}" for each in range(names) for step in range(1, bindings + 1)]
    return "\n".join([*lines, "@n0.x.y(n1=n2)", "def f(): ...", ""])


def _doubling(levels: int, width: int) -> str:
    """Lists of lists: short to write, and without end when they are computed."""
    first = ["a0 = [1]", *[f"a{each} = [{', '.join([f'a{each - 1}'] * width)}]" for each in range(1, levels)]]
    return "\n".join([HEAD, *first, f"@shared_task(x=a{levels - 1})", "def f(): ...", ""])


def _nested_functions(depth: int) -> str:
    return HEAD + "".join(f"{' ' * each}def f{each}(g):\n" for each in range(depth)) + " " * depth + "return g\n"


def _decorators_within(count: int) -> str:
    inner = "".join(f"    @shared_task\n    def f{each}(x): return g(x)\n    return f{each}\n" for each in range(count))
    return f"{HEAD}def outer(g):\n{inner}@outer\ndef h(): ...\n"


def _family(classes: int, bases: int) -> str:
    """Classes that inherit from the next one in many ways."""
    lines = [f"class C{each}({', '.join([f'C{each + 1}'] * bases)}): ..." for each in range(classes)]
    return HEAD + "\n".join(lines) + "\n@shared_task(base=C0)\ndef f(): ...\napp.register_task(C0())\n"


BOMBS: dict[str, str | bytes] = {
    "brackets": "x = " + "(" * 100_000 + ")" * 100_000,
    "lists": "x = " + "[" * 190 + "]" * 190,
    "open brackets": "[" * ROOM,
    "unary": "x = " + "-" * 100_000 + "1",
    "not": "x = " + "not " * 100_000 + "1",
    "powers": "x = " + "1 ** " * 100_000 + "1",
    "sums": HEAD + f"@shared_task(x={'1 + ' * 100_000}1)\ndef f(): ...\n",
    "attributes": HEAD + f"@{'a' + '.b' * 100_000}\ndef f(): ...\n",
    "some attributes": HEAD + f"@{'a' + '.b' * 900}\ndef f(): ...\n",
    "calls": HEAD + f"@{'a' + '()' * 100_000}\ndef f(): ...\n",
    "some calls": HEAD + f"@{'shared_task' + '()' * 900}\ndef f(): ...\n",
    "lambdas": "x = " + "lambda: " * 50_000 + "1",
    "comprehensions": "x = " + "[a for a in " * 150 + "b" + "]" * 150,
    "functions": _nested_functions(95),
    "too many functions": _nested_functions(300),
    "elif": HEAD + "if a: pass\n" + "elif b: pass\n" * 100_000 + TASK,
    "some elif": HEAD + "if a: pass\n" + "elif b: pass\n" * 900 + TASK,
    "statements": "x=1;" * (ROOM // 4),
    "lines": "x=1\n" * (ROOM // 4),
    "names": " ".join(["x"] * (ROOM // 2)),
    "decorators": HEAD + "@shared_task\n" * 100_000 + "def f(): ...\n",
    "strange decorators": HEAD + "@a.task(x=1)\n" * 10_000 + "def f(): ...\n",
    "tasks": HEAD + "".join(f"@shared_task(x=1)\ndef f{each}(): ...\n" for each in range(40_000)),
    "tasks within": _decorators_within(5_000),
    "one long line": HEAD + "@shared_task(x='" + "y" * 1_000_000 + "')\ndef f(): ...\n",
    "many on one line": HEAD + "; ".join(f"x{each} = shared_task(a={each})(print)" for each in range(4_000)),
    "string times": HEAD + "@shared_task(x='x' * 10**9, y=[0] * 10**9, z='x' * 999 * 999 * 999)\ndef f(): ...\n",
    "towers": HEAD + "@shared_task(x=10**10**10, y=1 << 10**9, z=9**9**9**9, w=-(1 << 4294967296))\ndef f(): ...\n",
    "percent": HEAD + "@shared_task(x='%1000000000d' % 1, y=f'{1:1000000000}')\ndef f(): ...\n",
    "long number": HEAD + f"@shared_task(x={'9' * 100_000}, y=0x{'f' * 500_000})\ndef f(): ...\n",
    "hex numbers": HEAD + f"@shared_task(max_retries=0x{'f' * 500_000})\ndef f(): ...\n",
    "infinite": HEAD + "@shared_task(time_limit=1e999, max_retries=-1e999, x=1e999-1e999)\ndef f(): ...\n",
    "circle": _circle(2, 1),
    "wide circle": _circle(200, 40),
    "attribute circle": "a = b.x\nb = a.x\n" * 200 + "@a.task\ndef f(): ...\n",
    "queries": HEAD
    + "def load():\n    query = Row.objects\n"
    + "    query = query.filter(x=1)\n" * 100
    + "    @query.task\n    def f(): ...\n    query.save()\n",
    "settings": "from celery import Celery\napp = Celery()\n"
    + "app.conf.task_routes.update({'a': {'queue': 'b'}})\n" * 2_000
    + "@app.task\ndef f(): ...\n",
    "import circle": "from t import a as b, b as a\nfrom t import *\nfrom . import *\n" * 100
    + "@a.task\n@b\n@c\ndef f(): ...\n",
    "own class": HEAD
    + "class A(A): ...\nclass B(C): ...\nclass C(B): ...\n@shared_task(base=B)\ndef f(): ...\napp.register_task(A())\n",
    "family": _family(30, 30),
    "doubling": _doubling(40, 2),
    "wide doubling": _doubling(11, 200),
    "dictionaries": HEAD + "a = {'x': 1}\n" + "a = {**a, **a, **a}\n" * 500 + "@shared_task(**a)\ndef f(): ...\n",
    "unions": HEAD
    + "".join(f"d{each} = d{each + 1} | d{each + 1} | d{each + 1}\n" for each in range(20))
    + "@shared_task(**d0)\ndef f(): ...\n",
    "wrappers": HEAD
    + "".join(f"def w{each}(f): return w{(each + 1) % 300}(f)\n@w{each}\ndef g{each}(): ...\n" for each in range(300)),
    "presets": HEAD
    + "".join(f"p{each} = p{each + 1}(x=1)\np{each} = p{each + 1}(y=1)\n" for each in range(60))
    + "@p0\ndef f(): ...\n",
    "apps": "".join(
        f"def a{each}():\n    return a{each + 1}() or a{each + 1}()\n    return a{each + 1}()\n" for each in range(60)
    )
    + "app = a0()\n@app.task\ndef f(): ...\n",
    "conditions": "x = " + "a if b else " * 5_000 + "c\n@x\ndef f(): ...\n",
    "null bytes": b"x = 1\0\n",
    "null characters": "x = 1\0\n",
    "lone surrogates": HEAD + "@shared_task(x='\ud800')\ndef f\ud800(): ...\n",
    "surrogate in a string": HEAD + "@shared_task(x='\ud800', queue='\\ud800')\ndef f(): ...\n",
    "lone surrogates of newer grammar": HEAD + "try: ...\nexcept A, B: ...\nx = '\ud800'\n",
    "newer grammar": "try: ...\nexcept A, B: ...\n" * 5_000,
    "newer strings": HEAD + 'x = f"{a["b"]}"\n' * 10_000,
    "newer strings in each other": HEAD + ("x = " + 'f"{' * 60 + "1" + '}"' * 60 + "\n") * 200,
    "too many newer strings in each other": HEAD + "x = " + 'f"{' * 100_000 + "1" + '}"' * 100_000 + "\n",
    "formats in formats": HEAD + 'x = f"' + "{x:" * 100_000 + "}" * 100_000 + '"\n',
    "lazy imports": "lazy import x\n" * 10_000,
    "defaults of type parameters": "class A[T = int]: ...\n" * 10_000,
    "type parameters in each other": "class A[" * 100_000 + "]" * 100_000 + ": ...\n",
    "brackets after type parameters": "class A[" + "[" * 500_000,
    "stars": "x = " + "{**" * 100_000 + "a for" + "}" * 100_000,
    "broken": "def f(:\n" * 100_000,
    "broken brackets": "f(" * 300_000 + "'",
    "quotes": "'\"" * (ROOM // 2),
    "braces in text": 'f"' + "{x!r:{x!r:{" * 50_000,
    "text in text": "x = " + "f'{" * 100 + "1" + "}'" * 100,
    "backslashes": "\\\n" * (ROOM // 2),
    "indents": "".join(" " * each + "if x:\n" for each in range(1_500)) + " " * 1_500 + "x",
    "dedents": "if x:\n    y\n  z\n" * 1000,
    "odd lines": "x = '\x1c\x85\u2028'\n" * 1000 + HEAD + TASK,
    "carriage returns": "x = 1\r" * 20_000 + HEAD.replace("\n", "\r") + TASK.replace("\n", "\r"),
    "form feeds": "\f" * 100_000 + HEAD + TASK,
    "soft encoding": b"# coding: utf-7\nx = 1\n",
    "encoding that is none": b"# coding: rot13\nx = 1\n",
    "zip as encoding": b"# coding: zlib\nx = 1\n",
    "encoding bomb": b"# coding: unicode_escape\n" + rb"x = '\U0001F600'" * 1000,
    "idna": b"# coding: idna\n" + b"x" * 100_000,
    "punycode": b"# coding: punycode\n" + b"x-" * 500_000,
    "marks": b"\xff\xfe" + b"x\0" * 1000,
    "nothing": "",
    "match": "match x:\n    case " + "[" * 150 + "a" + "]" * 150 + ": ...\n",
    "many alternatives": "match x:\n    case " + " | ".join(["1"] * 100_000) + ": ...\n",
    "semicolons": ";" * ROOM,
    "arguments": HEAD + f"@shared_task({', '.join(f'a{each}=1' for each in range(6_000))})\ndef f(): ...\n",
    "parameters": HEAD + f"@shared_task\ndef f({', '.join(f'a{each}' for each in range(50_000))}): ...\n",
    "sends": HEAD + TASK + "charge.delay()\n" * 8_000,
    "delays": HEAD + TASK + "x" + ".delay()" * 900 + "\n",
    "methods": HEAD + "class App:\n" + "".join(f"    def f{each}(self): self.F{each}(x)\n" for each in range(20_000)),
}

DIFFS: dict[str, str] = {
    "huge numbers": "--- a/t.py\n+++ b/t.py\n@@ -999999999,999999999 +999999999,999999999 @@\n+x\n",
    "more digits": f"--- a/t.py\n+++ b/t.py\n@@ -{'9' * 100_000},1 +1,1 @@\n+x\n",
    "many hunks": "--- a/t.py\n+++ b/t.py\n" + "@@ -1 +1 @@\n-a\n+b\n" * 90_000,
    "many files": "".join(f"--- a/t{each}.py\n+++ b/t{each}.py\n@@ -1 +1 @@\n-a\n+b\n" for each in range(30_000)),
    "one name": "".join(f"--- a/{each}/t.py\n+++ b/{each}/t.py\n@@ -1 +1 @@\n-a\n+b\n" for each in range(30_000)),
    "quotes": '--- "a/' + "\\303" * 100_000 + '"\n+++ "b/' + "\\303" * 100_000 + '"\n@@ -1 +1 @@\n-a\n+b\n',
    "no lines": "--- a/t.py\n+++ b/t.py\n" + "@@ -0,0 +0,0 @@\n" * 90_000,
    "only headers": "--- a\n+++ b\n" * 150_000,
    "odd paths": "".join(f"--- a/{path}\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n" for path in ["", ".", "..", "/", "../../x.py", "\0.py", ".py"]),
    "climbing": "--- /dev/null\n+++ b/../../../etc/passwd.py\n@@ -0,0 +1 @@\n+x = 1\n",
    "surrogates": "--- a/t.py\n+++ b/t.py\n@@ -0,0 +1 @@\n+x = '\ud800'\n",
    "nulls": "--- a/t.py\n+++ b/t.py\n@@ -0,0 +1 @@\n+x = '\0'\n",
    "markers": "--- a/t.py\n+++ b/t.py\n@@ -1 +1 @@\n" + "\\ No newline at end of file\n" * 60_000,
    "a long line": "--- a/t.py\n+++ b/t.py\n@@ -0,0 +1 @@\n+" + "x" * 1_900_000 + "\n",
    "zero bytes": "\0" * 1_900_000,
}  # fmt: skip
