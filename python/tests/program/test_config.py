"""dfs init and dfs config: every knob is documented, ranged, and does something or does not exist."""

import json
import pathlib

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]


def knobs(dfs):
    schema = json.loads(dfs("config", "schema").stdout)
    for section, part in schema["properties"].items():
        if section in ("exports", "faults"):
            continue
        for name, knob in part["properties"].items():
            yield f"{section}.{name}", knob


def test_init_writes_what_start_reads(dfs, tmp_path):
    assert dfs("init").returncode == 0
    shown = yaml.safe_load(dfs("config", "show").stdout)
    assert yaml.safe_load((tmp_path / "dittofs.yaml").read_text()) == shown
    assert dfs("config", "validate").stdout == "the configuration is good\n"
    assert "exists already" in dfs("init").stderr
    assert dfs("init", "--force").returncode == 0


def test_every_knob_is_documented_and_has_a_default(dfs):
    for path, knob in knobs(dfs):
        assert knob["description"].endswith("."), path
        assert "default" in knob, path


def test_every_range_is_enforced_and_its_bounds_are_inside(dfs):
    for path, knob in knobs(dfs):
        if "minimum" not in knob:
            continue
        step = 1 if knob["type"] == "integer" else 0.5
        for bad in (knob["minimum"] - step, knob["maximum"] * 2 + step, "some", ""):
            answer = dfs("config", "show", "--set", f"{path}={bad}")
            assert answer.returncode == 1 and path in answer.stderr, (path, bad)
        for good in (knob["minimum"], knob["maximum"]):
            if path == "server.seed" and good:
                continue  # JSON numbers of this size lose digits
            text = f"{good:.0f}" if knob["type"] == "integer" else str(good)
            assert dfs("config", "show", "--set", f"{path}={text}").returncode == 0, (path, good)


def test_choices_are_enforced(dfs):
    answer = dfs("config", "show", "--set", "store.kind=tape")
    assert 'store.kind: "tape" is not one of lmdb, memory' in answer.stderr
    assert dfs("config", "show", "--set", "listen.udp=maybe").returncode == 1


def test_the_environment_overrides_the_file_and_the_command_line_both(dfs, tmp_path):
    (tmp_path / "dittofs.yaml").write_text("limits:\n  io_size: 8192\n")
    io_size = lambda *args, **env: yaml.safe_load(dfs("config", "show", *args, **env).stdout)["limits"]["io_size"]
    assert io_size() == 8192
    assert io_size(DITTOFS_LIMITS_IO_SIZE="16384") == 16384
    assert io_size("--set", "limits.io_size=32768", DITTOFS_LIMITS_IO_SIZE="16384") == 32768


def test_an_unknown_variable_is_an_error(dfs):
    answer = dfs("config", "show", DITTOFS_LIMITS_IOSIZE="1")
    assert answer.returncode == 1 and "DITTOFS_LIMITS_IOSIZE names no setting" in answer.stderr


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("limits:\n  io_sise: 1\n", "bad.yaml:2:3: there is no setting limits.io_sise"),
        ("limits:\n  io_size: 1\n", 'bad.yaml:2:3: limits.io_size: "1" is not a whole number from 4096 to 16777216'),
        ("limits: [1]\n", "bad.yaml:1:1: limits needs one value"),
        ("- 1\n", "bad.yaml:1:1: a configuration is a map of settings"),
        ("a: b: c\n", "bad.yaml:1:"),
        ("exports: x\n", "bad.yaml:1:10: exports is a list"),
        ("exports:\n  - rules: rw\n", "bad.yaml:2:5: an export needs a path"),
        ("exports:\n  - path: /e\n    rule: rw\n", "bad.yaml:3:5: an export has path and rules, no rule"),
        ("exports:\n  - path: /e\n    rules: [rw, clients=1.2.3]\n", '"1.2.3" is not an address'),
        ("exports:\n  - path: /e\n  - path: /e\n", "export /e is listed twice"),
        ("listen: {address: here}\n", 'listen.address: "here" is not an IP address'),
        ("store: {root_mode: \"0999\"}\n", 'store.root_mode: "0999" is not an octal mode'),
        ("listen: {nfs_port: 2049, portmap_port: 2049}\n", "NFS and portmap cannot share a port"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(dfs, tmp_path, text, complaint):
    (tmp_path / "bad.yaml").write_text(text)
    answer = dfs("config", "validate", "--config", "bad.yaml")
    assert answer.returncode == 1
    assert complaint in answer.stderr


def test_a_missing_file(dfs):
    assert "dfs init" in dfs("config", "show", "--config", "nowhere.yaml").stderr


def test_the_documentation_is_the_list_in_the_code(dfs):
    table = dfs("config", "schema", "--markdown").stdout
    assert table in (ROOT / "docs" / "configuration.md").read_text(), "run ./dev docs"
