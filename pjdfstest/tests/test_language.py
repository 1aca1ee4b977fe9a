"""The language of .cases files: what is read, what is refused, and what its checks notice."""

import os

import pytest

from pjdfstest.posix import language
from pjdfstest.posix.interpreter import Interpreter, mistakes


@pytest.fixture
def cases(tmp_path):
    def read(text):
        file = tmp_path / "some.cases"
        file.write_text(text)
        return language.read(file)

    return read


def test_a_case(cases):
    (case,) = cases("page chmod\n\ncase one: What must hold.\n  mkdir d 0755  # why\n  alice: chmod d 0 -> EPERM|EACCES\n")
    assert (case.name, case.page, case.what, case.line) == ("some.cases::one", "chmod", "What must hold.", 3)
    assert [(s.line, s.user, s.call, s.args, s.expected) for s in case.steps] == [
        (4, "root", "mkdir", ("d", "0755"), None),
        (5, "alice", "chmod", ("d", "0"), "EPERM|EACCES"),
    ]


def test_loops_and_sets(cases):
    found = cases(
        "set ALL 'stat $P' 'open $P O_RDONLY' 'open $P O_RDWR'\n"
        "case x: $CALL of $P.\n  for CALL in $ALL\n  for P in a b\n  page $CALL\n  $CALL\n"
    )
    assert [c.name.partition("::")[2] for c in found] == [
        "x[stat,a]", "x[stat,b]", "x[open,a]", "x[open,b]", "x[open-2,a]", "x[open-2,b]",
    ]  # fmt: skip
    assert (found[3].page, found[3].what, found[3].steps[0].text) == ("open", "open of b.", "open b O_RDONLY")


def test_results_and_descriptors(cases):
    (case,) = cases("case x: y.\n  a = open f O_RDWR\n  pread a 10 0 -> 'two words'\n  list . -> ''\n")
    assert [s.keep for s in case.steps] == ["a", None, None]
    assert [s.expected for s in case.steps] == [None, "two words", ""]


@pytest.mark.parametrize(
    "text, said",
    [
        ("  chmod x 0\n", "some.cases:1: a call that belongs to no case"),
        ("nonsense\n", "some.cases:1: not a page, set or case"),
        ("case x: y.\n  chmod $P 0\n", "some.cases:2: $P is not bound"),
        ("case x: y.\n  stat .\ncase x: y.\n  stat .\n", "some.cases:3: some.cases::x is there twice"),
        ("case x: y.\n  chmod 'x 0\n", "some.cases:2: No closing quotation"),
    ],
)
def test_refused(cases, text, said):
    with pytest.raises(language.BadCase) as why:
        cases(text)
    assert said in str(why.value)


def test_mistakes(cases):
    (case,) = cases("case x: y.\n  eve: stat .\n  frob x\n  chmod x\n  changed x\n  stat x -> ENOSUCH\n")
    assert list(mistakes(case)) == [
        "line 2: there is no user eve",
        "line 3: there is no call frob",
        "line 4: chmod takes path number",
        "line 5: changed needs 2 arguments",
        "line 6: there is no errno ENOSUCH",
    ]


# Steps that do not hold on a file "f" of mode 0644 in a directory of its own, and what is said of each.
WRONG = {
    "chmod f 0600 -> EPERM": "succeeded, not EPERM",
    "stat f -> ENOENT": "succeeded, not ENOENT",
    "unlink missing": "ENOENT, not success",
    "unlink missing -> EPERM|EACCES": "ENOENT, not EPERM|EACCES",
    "list . -> 'f g'": "'f', not 'f g'",
    "stat f mode=0640": "mode=0644, not 0640",
    "stat f size=1": "size=0, not 1",
    "stat f type=dir": "type=file, not dir",
    "same f .": "f is inode",
    "differ f f": "they are one file",
    "changed f ctime": "ctime of f did not change",
}


@pytest.mark.parametrize("step", WRONG)
def test_every_check_can_fail(cases, tmp_path, monkeypatch, step):
    monkeypatch.chdir(tmp_path)
    work = tmp_path / "work"
    work.mkdir()
    (case,) = cases(f"case x: y.\n  make file f 0644\n  remember f\n  {step}\n  make file never\n")
    outcome = Interpreter(work, {}).run(case)
    assert [line for line, _ in outcome.failures] == [4]
    assert WRONG[step] in outcome.failures[0][1]
    assert os.listdir(work) == []


def test_unchanged_can_fail(cases, tmp_path):
    (case,) = cases("case x: y.\n  make file f\n  remember f\n  chmod f 0600\n  unchanged f mtime\n  unchanged f ctime\n")
    work = tmp_path / "work"
    work.mkdir()
    before = os.getcwd()
    outcome = Interpreter(work, {}).run(case)
    os.chdir(before)
    assert [line for line, _ in outcome.failures] == [6]


def test_places_that_are_missing_skip(cases, tmp_path):
    (case,) = cases("case x: y.\n  stat @ro/file\n")
    assert Interpreter(tmp_path, {}).run(case).skipped == "@ro cannot be had here"
