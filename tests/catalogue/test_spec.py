"""Reading YAML: what a valid file becomes, and where and how each kind of mistake is reported."""

from __future__ import annotations

import pytest

from checklist.catalogue.content import Example, ItemContent, Question, Source
from checklist.catalogue.problems import Problem

CAP = 'sections[1] "retries" > items[1] "cap"'
BACKOFF = 'sections[1] "retries" > items[2] "backoff"'
IGNORED = 'sections[2] "results" > items[1] "ignored"'
BARE_ITEM = "      - {slug: %s, severity: %s, title: T, why: W, check: C}\n"


def only(problems: list[Problem]) -> Problem:
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def line_of(text: str, part: str) -> int:
    """The line on which `part` begins."""
    return text.count("\n", 0, text.index(part)) + 1


def test_a_valid_file_becomes_content(small, read):
    content, problems = read(small)
    assert problems == []
    assert (content.slug, content.title, content.summary) == ("small", "A small checklist", "For **tests**.")
    assert (content.verified_with, content.questions) == (
        "Celery 5.7.0",
        (Question("scheduled", "Does it run on a schedule?"),),
    )
    assert [(section.slug, [item.slug for item in section.items]) for section in content.sections] == [
        ("retries", ["cap", "backoff"]),
        ("results", ["ignored"]),
    ]


def test_every_key_of_an_item_arrives(small, read):
    item = next(read(small)[0].items)
    assert (item.revision, item.severity, item.scope, item.since, item.detect) == (
        2,
        "critical",
        "task",
        "3.10",
        "max-retries",
    )
    assert (item.when, item.needs) == (("scheduled",), ("backoff",))
    assert item.sources == (Source("Tasks", "https://docs.celeryq.dev/"),)
    assert (item.texts.bad, item.texts.good) == (Example("max_retries=None"), Example("max_retries: 5", "yaml"))
    assert item.texts.why == "One line.\n\nSee [the other](#backoff)."
    assert (item.texts.severity_why, item.texts.default, item.texts.exceptions) == ("It never ends.", "`3`", "None.")


def test_keys_left_out_have_the_defaults_of_the_content(small, read):
    item: ItemContent = list(read(small)[0].items)[1]
    assert item == ItemContent(slug="backoff", severity="major", texts=item.texts)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: A small checklist", "title: 'A small checklist'   # a comment"),
        ("check: |\n          Look at the decorator.\n", "check: Look at the decorator.\n"),
        ("title: Back off\n", "title: Back off\n\n\n"),
        ("slug: small\n", "\ufeffslug: small\n"),
        ("\n", "\r\n"),
        ("\n", "\r"),
    ],
)
def test_layout_is_not_content(small, read, old, new):
    assert read(small.replace(old, new))[0].digest == read(small)[0].digest


def test_other_words_are_other_content(small, read):
    assert read(small.replace("Back off", "Back away"))[0].digest != read(small)[0].digest


def test_code_keeps_its_inner_layout(small, read):
    content, _ = read(small.replace("          max_retries=None\n", "          if x:\n\n            \ty()  \n\n"))
    assert next(content.items).texts.bad.code == "if x:\n\n  \ty()"


# Each row: what is replaced in the small file, by what; how many lines below the replaced text the problem is;
# its place; parts of its message.
ONE_MISTAKE = [
    # YAML itself
    ("title: Back off", "title: Back: off", 0, "file", ["broken YAML", "quotes"]),
    ("title: Back off", 'title: "Back off', 10, "file", ["broken YAML", "end of stream"]),
    ("        title: Back off", "\ttitle: Back off", 0, "file", ["broken YAML", "spaces, not with tabs"]),
    ("title: Back off", "title: `Back` off", 0, "file", ["backtick in quotes"]),
    ("title: Back off", 'title: "\\U00110000"', 0, "file", ["broken YAML"]),
    ("slug: small\n", "%YAML 1." + "9" * 5000 + "\n---\nslug: small\n", 0, "file", ["broken YAML"]),
    (
        "title: Back off",
        "title: Back off\n        title: Off",
        1,
        f"{BACKOFF} > title",
        ['"title" is given twice', "line 41"],
    ),
    ("title: Back off", "title: &a Back off", 0, f"{BACKOFF} > title", ['anchor "&a"', "refused"]),
    ("title: Back off", "title: *a", 0, f"{BACKOFF} > title", ['alias "*a"', "write the value out"]),
    ("title: Back off", "title: !!python/object:os.system x", 0, f"{BACKOFF} > title", ["tag", "python/object"]),
    ("title: Back off", "title: !mine Back off", 0, f"{BACKOFF} > title", ['tag "!mine"']),
    ("title: Back off", "title: !!str Back off", 0, f"{BACKOFF} > title", ["tags are refused"]),
    ("sections:\n", "sections: !!python/list\n", 0, "sections", ["tag", "python/list"]),
    ("title: Back off", "title: Back off\n        <<: {a: b}", 1, BACKOFF, ['merge key "<<"']),
    ("title: Back off", "title: Back off\n        ? [a]\n        : b", 1, BACKOFF, ["a key must be a word"]),
    (
        "title: Back off",
        "title: Back off\n        x: " + "[" * 30 + "]" * 30,
        1,
        "file",
        ["nested deeper than 20 levels"],
    ),
    # Characters
    ("title: Back off", "title: Back\x00off", 0, "file", ["U+0000"]),
    ("title: Back off", "title: Back \u202eoff", 0, "file", ["U+202E"]),
    ("title: Back off", "title: Back off # \u2066", 0, "file", ["U+2066"]),
    ("title: Back off", 'title: "Back\\0off"', 0, f"{BACKOFF} > title", ["U+0000"]),
    ("title: Back off", 'title: "Back \\u202eoff"', 0, f"{BACKOFF} > title", ["U+202E"]),
    ("title: Back off", 'title: "Back \\ud800"', 0, f"{BACKOFF} > title", ["U+D800"]),
    # Keys
    (
        "        severity: major",
        "        severity: major\n        sevrity_why: x",
        1,
        f"{BACKOFF} > sevrity_why",
        ['unknown key "sevrity_why"', "allowed: slug, revision, severity", 'did you mean "severity_why"?'],
    ),
    ("verified_with: C", "verified-with: C", 0, '"verified-with"', ["unknown key", 'did you mean "verified_with"?']),
    ("    text: Does it run on a schedule?\n", "", -1, 'questions[1] "scheduled"', ['missing key "text"']),
    ("        why: Load.\n", "", -3, BACKOFF, ['missing key "why"']),
    ("title: A small checklist\n", "", -1, "checklist", ['missing key "title"']),
    # Types
    ('since: "3.10"', "since: 3.10", 0, f"{CAP} > since", ["must be a text, not a number", 'in quotes: "3.10"']),
    ("title: Back off", "title: yes", 0, f"{BACKOFF} > title", ["not yes or no", 'in quotes: "yes"']),
    ("title: Back off", "title: 2026-11-22", 0, f"{BACKOFF} > title", ["not a date", 'in quotes: "2026-11-22"']),
    ("title: Back off", "title: =", 0, f"{BACKOFF} > title", ["not a special value", 'in quotes: "="']),
    ("title: Back off", "title: [Back off]", 0, f"{BACKOFF} > title", ["must be a text, not a list"]),
    ("title: Back off", "title: {a: b}", 0, f"{BACKOFF} > title", ["must be a text, not a mapping"]),
    ("title: Back off", "title:", 0, f"{BACKOFF} > title", ["not nothing"]),
    ("title: Back off", "title: ~", 0, f"{BACKOFF} > title", ["not nothing"]),
    ("when: [scheduled]", "when: scheduled", 0, f"{CAP} > when", ["must be a list, not a text"]),
    ("when: [scheduled]", "when: [[scheduled]]", 0, f"{CAP} > when[1]", ["must be a text, not a list"]),
    ("          language: yaml\n", "          language: 1\n", 0, f"{CAP} > good > language", ["a number"]),
    ("bad: |\n          max_retries=None", "bad: [a]", 0, f"{CAP} > bad", ["must be a text or a mapping", "a list"]),
    (
        "  - slug: scheduled\n    text: Does it run on a schedule?\n",
        "  - scheduled\n",
        0,
        "questions[1]",
        ["a mapping"],
    ),
    # Empty and long
    ("title: Back off", 'title: ""', 0, f"{BACKOFF} > title", ["is empty"]),
    ("title: Back off", 'title: " \\t "', 0, f"{BACKOFF} > title", ["is empty"]),
    ("title: Back off", "title: |\n          a\n          b", 0, f"{BACKOFF} > title", ["must be one line"]),
    ("title: Back off", "title: " + "x" * 201, 0, f"{BACKOFF} > title", ["201 characters", "at most 200"]),
    ("why: Load.", "why: " + "x" * 4001, 0, f"{BACKOFF} > why", ["4001 characters", "at most 4000"]),
    ("max_retries=None", "x" * 10_001, -1, f"{CAP} > bad", ["10001 characters", "at most 10000"]),
    # Words
    ("slug: retries", "slug: Re tries", 0, 'sections[1] "Re tries" > slug', ["is not a slug", 'perhaps "re-tries"?']),
    ("slug: retries", "slug: re--tries", 0, 'sections[1] "re--tries" > slug', ["is not a slug"]),
    ("slug: retries", "slug: " + "x" * 61, 0, " > slug", ["61 characters", "at most 60"]),
    ("detect: max-retries", "detect: max_retries", 0, f"{CAP} > detect", ["is not a slug"]),
    ("slug: small", "slug: smal", 0, "slug", ["differs from the file's name", 'must be "small"']),
    (
        "severity: major",
        "severity: majro",
        0,
        f"{BACKOFF} > severity",
        ['unknown severity "majro"', "allowed: critical, major, minor", 'did you mean "major"?'],
    ),
    ("severity: major", "severity: Major", 0, f"{BACKOFF} > severity", ['did you mean "major"?']),
    ("scope: task", "scope: tsk", 0, f"{CAP} > scope", ["unknown scope", "task, caller, project", 'mean "task"?']),
    ("language: yaml", "language: yamll", 0, f"{CAP} > good > language", ["unknown language", 'did you mean "yaml"?']),
    *(
        ("revision: 2", f"revision: {bad}", 0, f"{CAP} > revision", ["whole number from 1 to 9999"])
        for bad in ["0", "-1", "1.5", "yes", "'2'", "010", "1_0", "0x2", "1:30", "10000", "9" * 5000, "[1]", ".inf"]
    ),
    # Names and shares
    (
        "slug: ignored",
        "slug: backoff",
        0,
        'sections[2] "results" > items[1] "backoff" > slug',
        ["given twice", "line 39"],
    ),
    ("slug: results", "slug: retries", 0, 'sections[2] "retries" > slug', ["given twice", "line 9"]),
    (
        "sections:\n",
        "  - slug: scheduled\n    text: Again?\nsections:\n",
        0,
        'questions[2] "scheduled" > slug',
        ["given twice", "line 6"],
    ),
    ("when: [scheduled]", "when: [schedule]", 0, f"{CAP} > when[1]", ["unknown question", 'mean "scheduled"?']),
    ("when: [scheduled]", "when: [scheduled, scheduled]", 0, f"{CAP} > when[2]", ["given twice"]),
    ("needs: [backoff]", "needs: [back-off]", 0, f"{CAP} > needs[1]", ["unknown item", 'did you mean "backoff"?']),
    ("needs: [backoff]", "needs:\n          - backoff\n          - cap", 2, f"{CAP} > needs[2]", ["need itself"]),
    ("severity: minor", "severity: critical", 0, f"{IGNORED} > severity", ["2 of 3 items are critical", "a third"]),
    # Links and Markdown
    *(
        ("url: https://docs.celeryq.dev/", f"url: {bad}", 0, f"{CAP} > sources[1] > url", [why])
        for bad, why in [
            ("javascript:alert(1)", "must begin with https"),
            ("data:text/html,x", "must begin with https"),
            ("//example.org/", "must begin with https"),
            ("example.org", "must begin with https"),
            ("https://", "no host"),
            ("https:///x", "no host"),
            ("https://...", "no host"),
            ("https://example.org:99999/", "not an address"),
            ("https://[x/", "not an address"),
            ("https://me@example.org/", "user name"),
            ("https://example.org/a b", "white space"),
            ('"https://example.org/\\tx"', "white space"),
            ('"https://example.org/\\nx"', "white space"),
            ("https://example.org/" + "x" * 500, "at most 500"),
        ]
    ),
    *(
        ("          One line.", f"          One line.\n          {bad}", 1, f"{CAP} > why", [why])
        for bad, why in [
            ("[x](javascript:alert(1))", 'link "javascript:alert(1)" must begin'),
            ("[x](&#106;avascript:alert)", 'link "javascript:alert" must begin'),
            ("[x](data:text/html,x)", "must begin with https"),
            ("<mailto:a@example.org>", "must begin with https"),
            ("[x](/admin/)", "must begin with https"),
            ("[x](<https://example.org/a b>)", "white space"),
            ("[x](#backof)", 'unknown item "#backof" (did you mean "backoff"?)'),
            ("A dict<int> here", 'raw HTML "<int>" is refused'),
            ("<script>alert(1)", 'raw HTML "<script>alert(1)" is refused'),
            ("<!-- hidden -->", "raw HTML"),
            ("![x](https://example.org/x.png)", "image"),
        ]
    ),
    ("          See [the", "          <div>\n          See [the", 0, f"{CAP} > why", ["raw HTML"]),
    (
        "          See [the",
        "          [a]: ftp://example.org\n\n          See [the",
        0,
        f"{CAP} > why",
        ["must begin"],
    ),
    ("          One line.", "          One line.\n          ---", 0, f"{CAP} > why", ["a line of === or ---"]),
    ("          See [the", "          # Head\n          See [the", 0, f"{CAP} > why", ["a heading"]),
    ("          See [the", "          ***\n          See [the", 0, f"{CAP} > why", ["horizontal rule"]),
    ("summary: For **tests**.", "summary: For <b>.", 0, "summary", ["raw HTML"]),
]


@pytest.mark.parametrize(
    ("old", "new", "below", "place", "parts"), ONE_MISTAKE, ids=[row[1][:40] or f"no {row[0]}" for row in ONE_MISTAKE]
)
def test_a_mistake_is_one_located_problem(small, read, old, new, below, place, parts):
    content, problems = read(small.replace(old, new, 1))
    problem = only(problems)
    assert content is None
    assert problem.line == line_of(small, old) + below, problem
    assert problem.place == place or problem.place.endswith(place), problem
    assert [part for part in parts if part not in problem.message] == [], problem


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file is empty"),
        ("# only a comment\n", 1, "the file is empty"),
        ("---\n", 1, "must be a mapping"),
        ("- a\n", 1, "must be a mapping with the keys slug, title"),
        ("just words", 1, "not a text"),
        (b"slug: small\ntitle: \xff\n", 2, "byte 20 is 0xff"),
        (b"\xef\xbb\xbfslug: \xff\n", 1, "byte 10 is 0xff"),
        ("slug: small".encode("utf-16"), 1, "byte 1 is 0xff"),
    ],
)
def test_a_file_that_is_no_checklist_at_all(read, text, line, message):
    content, problems = read(text)
    assert content is None
    assert (problems[0].line, message in problems[0].message) == (line, True), problems


@pytest.mark.parametrize(
    ("text", "line", "place"),
    [
        ("slug: small\ntitle: T\nsections: []\n", 3, "sections"),
        ("slug: small\ntitle: T\nsections:\n  - slug: a\n    title: A\n    items: []\n", 6, 'sections[1] "a" > items'),
    ],
)
def test_no_sections_and_an_empty_section_are_refused(read, text, line, place):
    problem = only(read(text)[1])
    assert (problem.line, problem.place) == (line, place)
    assert problem.message == "is empty; at least 1 is needed"


def test_a_second_document_is_refused(small, read):
    problem = only(read(small + "---\nslug: other\n")[1])
    assert (problem.line, problem.message[:17]) == (small.count("\n") + 1, "a second document")


def test_an_unreadable_question_hides_no_name(small, read):
    spoiled = small.replace("  - slug: scheduled\n    text: Does it run on a schedule?\n", "  - {slug: S, text: T}\n")
    assert "is not a slug" in only(read(spoiled)[1]).message


def test_a_yaml_bomb_is_refused_without_growing(read):
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    content, problems = read(bomb)
    assert content is None
    assert sum('alias "*' in problem.message for problem in problems) == 72


def test_seven_questions_are_refused(small, read):
    more = "".join(f"  - {{slug: q{number}, text: Q}}\n" for number in range(6))
    problem = only(read(small.replace("sections:\n", more + "sections:\n"))[1])
    assert (problem.line, problem.place, problem.message) == (6, "questions", "has 7 entries; at most 6 are allowed")


def test_51_sections_are_refused(small, read):
    more = "".join(
        f"  - {{slug: s{n}, title: T, items: [{(BARE_ITEM % (f'i{n}', 'minor'))[8:-1]}]}}\n" for n in range(49)
    )
    assert "has 51 entries; at most 50" in only(read(small + more)[1]).message


def test_501_items_over_all_sections_are_refused(small, read):
    more = "".join(BARE_ITEM % (f"i{number}", "minor") for number in range(498))
    assert only(read(small + more)[1]).message == "has 501 items; at most 500 are allowed"


@pytest.mark.parametrize(("critical", "others", "allowed"), [(1, 2, True), (2, 4, True), (2, 3, False), (1, 1, False)])
def test_at_most_a_third_is_critical_exactly(read, critical, others, allowed):
    items = [BARE_ITEM % (f"c{n}", "critical") for n in range(critical)] + [
        BARE_ITEM % (f"o{n}", "minor") for n in range(others)
    ]
    content, problems = read(
        "slug: small\ntitle: T\nsections:\n  - slug: s\n    title: S\n    items:\n" + "".join(items)
    )
    assert (content is not None, problems == []) == (allowed, allowed)


def test_all_problems_of_a_file_are_listed_in_the_order_of_lines(small, read):
    spoiled = small.replace("scope: task", "scope: x").replace("Back off", "yes").replace("slug: ignored", "slug: cap")
    assert [problem.line for problem in read(spoiled)[1]] == [
        line_of(small, part) for part in ("scope", "Back off", "slug: ignored")
    ]


def test_a_flood_of_problems_is_cut(read):
    problems = read("a: 1\n" * 3000)[1]
    assert len(problems) == 1001
    assert problems[-1].message == "more than 1000 problems"


def test_a_problem_is_one_line(small, read):
    problem = only(read(small.replace("severity: major", "severity: majro"))[1])
    assert str(problem) == (
        f"small.yaml:{line_of(small, 'severity: major')}: {BACKOFF} > severity: "
        'unknown severity "majro"; allowed: critical, major, minor (did you mean "major"?)'
    )


def test_what_an_author_wrote_cannot_control_the_terminal(small, read):
    problem = only(read(small.replace("scope: task", '"a\\e[31m\\nb": x'))[1])
    assert str(problem).isprintable()
