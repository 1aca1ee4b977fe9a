"""What README.md shows is what happens."""

import pathlib
import re

README = (pathlib.Path(__file__).resolve().parents[3] / "README.md").read_text()


def test_the_tour_runs(capsys):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    assert len(code.splitlines()) <= 20
    exec(compile(code, "README.md", "exec"), {})
    assert "NF3DIR" in capsys.readouterr().out


def test_the_pages_it_names_are_there():
    root = pathlib.Path(__file__).resolve().parents[3]
    pages = re.findall(r"\]\((docs/[^)#]+)", README)
    assert pages
    for page in pages:
        assert (root / page).exists(), page
