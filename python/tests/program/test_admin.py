"""A running dfs over its control socket: REST, and the commands that speak it."""

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import threading
import urllib.error
import urllib.request

import pytest

from dittofs import nfs3, nfs4
from dittofs.nfs4 import create
from program.running import DFS, clean_environment

RULE = {"point": "nfs3.proc.GETATTR.enter", "every": 2, "do": {"fail": {"status": "NFS3ERR_IO"}}}


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def ask(path, method, what, body=None, headers={}):
    """Status and data."""
    connection = Unix(path)
    connection.request(method, what, body if body is None or isinstance(body, (str, bytes)) else json.dumps(body), headers)
    response = connection.getresponse()
    text = response.read()
    return response.status, json.loads(text) if text else None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def control(tmp_path):
    return tmp_path / "c.sock"


@pytest.fixture
def server(start, control):
    return start("--memory", "--set", f"admin.socket={control}")


@pytest.fixture
def get(server, control):
    return lambda what, **more: ask(control, "GET", what, **more)


def nfs(server):
    return nfs3.connect(f"nfs://127.0.0.1:{server.nfs}/export")


# --- where it is ------------------------------------------------------------------------------------------------------


def test_only_its_owner_may_use_the_socket(server, control):
    assert stat.S_IMODE(os.stat(control).st_mode) == 0o600
    assert server.stop() == 0
    assert not control.exists()


def test_beside_the_data(start, dfs, tmp_path):
    """By default; the command finds it by the same options."""
    server = start("--data-dir", "data")
    assert (tmp_path / "data" / "admin.sock").is_socket()
    assert dfs("state", "--data-dir", "data").stdout.startswith("0 clients")
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    assert "no server answers" in dfs("state", "--data-dir", "data").stderr
    start("--data-dir", "data")  # a socket of the dead is in nobody's way
    assert dfs("state", "--data-dir", "data").returncode == 0


def test_of_servers_in_memory(start, dfs, tmp_path):
    environment = {"XDG_RUNTIME_DIR": str(tmp_path)}
    a = start("--memory", **environment)
    assert (tmp_path / "dittofs" / f"{a.nfs}.sock").is_socket()
    assert dfs("state", **environment).stdout.startswith("0 clients")
    b = start("--memory", **environment)
    several = dfs("state", **environment)
    assert several.returncode == 1 and "2 servers run; choose one with --socket" in several.stderr
    assert f"{b.nfs}.sock" in several.stderr
    assert dfs("state", "--socket", str(tmp_path / "dittofs" / f"{b.nfs}.sock")).returncode == 0


def test_off(start, tmp_path):
    environment = {"XDG_RUNTIME_DIR": str(tmp_path)}
    server = start("--memory", "--set", "admin.socket=off", **environment)
    assert list(tmp_path.rglob("*.sock")) == [] and "admin=off" in server.first_line


def test_a_file_in_its_place_is_left_alone(dfs, control):
    control.write_text("mine")
    refused = dfs("start", "--memory", "--nfs-port", "0", "--portmap-port", "0", "--set", f"admin.socket={control}")
    assert refused.returncode == 1 and "is there, and is no socket" in refused.stderr
    assert control.read_text() == "mine"


def test_of_another_server(server, dfs, control):
    refused = dfs("start", "--memory", "--nfs-port", "0", "--portmap-port", "0", "--set", f"admin.socket={control}")
    assert refused.returncode == 1 and "another server answers" in refused.stderr


def test_a_port_for_this_machine(start, control):
    port = free_port()
    server = start("--memory", "--set", f"admin.port={port}", "--set", f"admin.socket={control}")
    assert f"admin={port}" in server.first_line
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/state") as answer:
        assert json.load(answer)["clients"] == []
    for headers in ({"Origin": "http://elsewhere"}, {"Host": "elsewhere"}):
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/state", headers=headers))


# --- what it answers --------------------------------------------------------------------------------------------------


def test_routes(get):
    status, routes = get("/api/v1")
    assert status == 200 and {"method": "GET", "path": "/api/v1/state"}.items() <= routes[1].items()


def test_state(server, get, dfs, control):
    s, root = nfs4.connect(f"nfs://127.0.0.1:{server.nfs}/export")
    s.open(root, "f", create(mode=0o644))
    _, state = get("/api/v1/state")
    assert state["clients"][0]["opens"][0]["access"] == 3
    assert json.loads(dfs("state", "--json", "--socket", str(control)).stdout)["clients"][0]["id"] == s.client.clientid
    text = dfs("state", "--socket", str(control)).stdout
    assert "1 client, 1 file in use" in text and "1 session, 1 open, 0 lock stateids" in text


def test_faults(server, get, control):
    c, root = nfs(server)
    status, armed = ask(control, "POST", "/api/v1/faults", RULE)
    assert status == 201
    c.getattr(root)
    c.getattr(root, fails=nfs3.NFS3ERR.IO)
    assert get("/api/v1/faults") == (200, [{"id": armed["id"], "rule": RULE, "hits": 2, "fired": 1}])
    assert get(f"/api/v1/faults/{armed['id']}")[1]["fired"] == 1
    assert ask(control, "DELETE", f"/api/v1/faults/{armed['id']}")[0] == 200
    assert get("/api/v1/faults") == (200, [])
    assert ask(control, "DELETE", f"/api/v1/faults/{armed['id']}")[0] == 404
    ask(control, "POST", "/api/v1/faults", RULE)
    assert ask(control, "POST", "/api/v1/faults/heal")[0] == 200 and get("/api/v1/faults")[1] == []


def test_a_pause_is_released(server, control):
    c, root = nfs(server)
    _, armed = ask(control, "POST", "/api/v1/faults", {"point": "nfs3.proc.NULL.enter", "limit": 1, "do": "pause"})
    waits = c.null.send()
    connection = ask(control, "POST", f"/api/v1/faults/{armed['id']}/release")
    assert connection[0] == 200
    ask(control, "DELETE", f"/api/v1/faults/{armed['id']}")
    assert waits.result() is not None


@pytest.mark.parametrize(
    "body, says",
    [
        ("no json", "the body is no JSON"),
        ("", "the body is no JSON"),
        ("[" * 1000 + "]" * 1000, "nested too deep"),
        (b"\xff\xfe{", "the body is no JSON"),
        ({}, "a rule has point, do"),
        ({"point": "nfs3.proc.GETATTR.enter", "do": "explode"}, "note, check, fail, error"),
        ({"point": "nfs3.proc.GETATR.enter", "do": "note"}, "has no GETATR; it has: "),
        ({"point": "nowhere", "do": "note"}, "there is no point"),
        ({"point": "net.accept", "do": {"fail": 1}}, "possible there"),
    ],
)
def test_what_is_no_rule(control, server, body, says):
    status, answer = ask(control, "POST", "/api/v1/faults", body)
    assert status == 400 and says in answer["error"]


def test_points_and_scenarios(server, get, control, dfs):
    assert {"point": "net.accept"}.items() <= next(p for p in get("/api/v1/points")[1] if p["point"] == "net.accept").items()
    names = [s["name"] for s in get("/api/v1/scenarios")[1]]
    assert "lost-reply" in names
    status, answer = ask(control, "POST", "/api/v1/scenarios/lost-reply")
    assert status == 201 and [r["id"] for r in get("/api/v1/faults")[1]] == answer["ids"]
    status, answer = ask(control, "POST", "/api/v1/scenarios/none")
    assert status == 404 and "there are " in answer["error"]
    listed = dfs("scenario", "list").stdout
    assert [line.split()[0] for line in listed.splitlines()] == names
    assert dfs("scenario", "begin", "duplicate-reply", "--socket", str(control)).returncode == 0
    assert len(get("/api/v1/faults")[1]) > len(answer)


def test_nothing_there(get, control):
    assert get("/")[0] == 404 and get("/api/v1/nothing")[0] == 404 and get("/api/v1/faults/x")[0] == 404
    status, answer = ask(control, "DELETE", "/api/v1/state")
    assert status == 405 and answer["error"] == "possible here: GET"
    assert get("/" + "x" * 4000)[0] == 414
    assert ask(control, "POST", "/api/v1/faults", "x" * 100_000)[0] == 413


def test_garbage_is_survived(get, control, server):
    for raw in (b"\x00" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"POST /api/v1/faults HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                b"A" * 100_000, b"GET /%zz%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"POST /api/v1/faults HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):  # fmt: skip
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(control))
            try:
                s.sendall(raw)
                s.shutdown(socket.SHUT_WR)
                while s.recv(4096):
                    pass
            except OSError:
                pass  # it may hang up
    assert get("/api/v1/state")[0] == 200
    assert server.process.poll() is None


# --- the trace --------------------------------------------------------------------------------------------------------


def test_trace_is_off_until_followed(get, dfs, control):
    status, answer = get("/api/v1/trace")
    assert status == 409 and "trace.enabled" in answer["error"]
    assert "trace.enabled" in dfs("trace", "--socket", str(control)).stderr


def test_trace_of_the_ring(start, control):
    server = start("--memory", "--set", f"admin.socket={control}", "--set", "trace.enabled=true")
    nfs(server)
    connection = Unix(control)
    connection.request("GET", "/api/v1/trace?after=2")
    events = [json.loads(line) for line in connection.getresponse().read().splitlines()]
    assert events[0]["seq"] == 3 and "rpc.call" in [e["name"] for e in events]
    assert ask(control, "GET", "/api/v1/trace?after=x")[0] == 400


def follow(control):
    """A stream of events; the first empty line says that it has begun."""
    connection = Unix(control)
    connection.request("GET", "/api/v1/trace?follow=1")
    response = connection.getresponse()
    assert response.status == 200 and response.readline() == b"\n"
    return connection, response


def test_following(server, control):
    connection, response = follow(control)
    c, root = nfs(server)
    c.lookup(root, "nobody", fails=nfs3.NFS3ERR.NOENT)
    seen = []
    while "net.close" not in [e["name"] for e in seen]:
        if line := response.readline().strip():
            seen.append(json.loads(line))
        c.endpoint.close()
    assert [e["seq"] for e in seen] == sorted(e["seq"] for e in seen)
    connection.close()


def test_followers_are_bounded(server, control, get):
    followers = [follow(control) for _ in range(4)]
    status, answer = get("/api/v1/trace?follow=1")
    assert status == 503 and answer["error"] == "4 follow the trace already"
    assert get("/api/v1/state")[0] == 200
    for connection, _ in followers:
        connection.close()


def test_it_stops_with_followers(server, control):
    connection, response = follow(control)
    assert server.stop() == 0
    response.read()  # to its end, as HTTP has it
    connection.close()


def test_the_command_follows(server, control):
    process = subprocess.Popen(
        [str(DFS), "trace", "--follow", "--socket", str(control)], stdout=subprocess.PIPE, text=True, env=clean_environment()
    )
    lines = []
    called = threading.Event()

    def read():
        for line in process.stdout:
            lines.append(line)
            if " rpc.call " in line and "program=100003" in line:
                called.set()

    reader = threading.Thread(target=read)
    reader.start()
    while not called.wait(0.05):
        c, root = nfs(server)
        c.getattr(root)
        c.endpoint.close()
    process.terminate()
    process.wait(10)
    reader.join(10)
    assert all(" conn=" in line and " request=" in line for line in lines if " rpc.call " in line)


# --- the commands -----------------------------------------------------------------------------------------------------


def test_commands_of_faults(server, control, dfs):
    where = ("--socket", str(control))
    armed = dfs("faults", "arm", *where, json.dumps(RULE))
    assert armed.stdout.startswith("rule ")
    id_ = armed.stdout.split()[1]
    c, root = nfs(server)
    c.getattr(root)
    listed = dfs("faults", "list", *where).stdout
    assert listed.startswith(f"{id_}  1 hits, fired 0 times") and json.loads(listed[listed.index("{") :]) == RULE
    assert dfs("faults", "release", *where, id_).returncode == 0
    assert dfs("faults", "disarm", *where, id_).returncode == 0
    gone = dfs("faults", "disarm", *where, id_)
    assert gone.returncode == 1 and "there is no rule" in gone.stderr
    wrong = dfs("faults", "arm", *where, '{"point": "net.accept", "do": {"fail": 1}}')
    assert wrong.returncode == 1 and "possible there" in wrong.stderr
    assert "net.accept" in dfs("faults", "points", *where).stdout
    assert dfs("faults", "heal", *where).returncode == 0


def test_no_server(dfs, tmp_path):
    for command in (("state",), ("trace",), ("faults", "list")):
        none = dfs(*command, XDG_RUNTIME_DIR=str(tmp_path))
        assert none.returncode == 1 and "no server answers; `dfs start` starts one" in none.stderr
        none = dfs(*command, "--socket", str(tmp_path / "none"))
        assert none.returncode == 1 and "no server answers at" in none.stderr


# --- rules from the start ---------------------------------------------------------------------------------------------


def configured(tmp_path, text):
    (tmp_path / "dittofs.yaml").write_text("store:\n  kind: memory\n" + text)


def test_rules_of_the_configuration(start, tmp_path, control, dfs):
    configured(tmp_path, f"admin:\n  socket: {control}\nfaults:\n  - {{point: nfs3.proc.GETATTR.enter, every: 2, do: {{fail: NFS3ERR_IO}}}}\n")
    server = start()
    c, root = nfs(server)
    c.getattr(root)
    c.getattr(root, fails=nfs3.NFS3ERR.IO)
    assert ask(control, "GET", "/api/v1/faults")[1][0]["rule"] == RULE
    shown = dfs("config", "show").stdout
    assert "faults:\n  - {" in shown and "NFS3ERR_IO" in shown


@pytest.mark.parametrize(
    "text, says",
    [
        ("faults: {}\n", "dittofs.yaml:3:9: faults is a list of rules"),
        ("faults:\n  - {point: net.accept, do: note}\n  - {point: nowhere, do: note}\n", "dittofs.yaml:5:5: there is no point nowhere"),
        ("faults:\n  - {point: net.accept, do: {fail: 1}}\n", "dittofs.yaml:4: fail cannot happen at net.accept; possible there"),
        ("faults:\n  - {point: nfs3.proc.READ.enter, often: 3, do: note}\n", "a rule has point, do"),
    ],
)
def test_rules_that_cannot_work(dfs, tmp_path, text, says):
    configured(tmp_path, text)
    refused = dfs("start", "--nfs-port", "0", "--portmap-port", "0")
    assert refused.returncode == 1 and says in refused.stderr


def test_scenarios_from_the_start(start, control, dfs):
    start("--memory", "--set", f"admin.socket={control}", "--scenario", "lost-reply", "--scenario", "duplicate-reply")
    rules = [row["rule"] for row in ask(control, "GET", "/api/v1/faults")[1]]
    assert rules == [r for s in ask(control, "GET", "/api/v1/scenarios")[1] if s["name"] in ("lost-reply", "duplicate-reply") for r in s["rules"]]
    refused = dfs("start", "--memory", "--scenario", "none")
    assert refused.returncode == 1 and "there is no scenario none; there are lost-reply" in refused.stderr
