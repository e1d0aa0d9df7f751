"""Children under supervision: order, patience, and last words."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from tests.integration.tools.conftest import wait_until_gone

from cdp_tools.errors import ProcessFailed
from cdp_tools.supervisor import Program, Supervisor, run_to_end, tail

QUITS = """
import signal, sys, time
signal.signal(15, lambda *_: sys.exit(0))
print('up', flush=True)
time.sleep(60)
"""
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(15, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])
print(child.pid, flush=True)
time.sleep(60)
"""


def program(folder: Path, name: str, code: str) -> Program:
    return Program(
        name=name,
        command=(sys.executable, "-c", code),
        variables=dict(os.environ),
        log=folder / f"{name}.log",
    )


def first_line(log: Path) -> str:
    deadline = time.monotonic() + 20
    while not (text := log.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return text.splitlines()[0]


def test_the_last_started_has_ended_before_the_others_are_asked_all_at_once(tmp_path: Path) -> None:
    order = tmp_path / "order"
    # `b` leaves after `a`, and `c` takes a moment: neither would come out so if they were asked one by one.
    leaves = {"a": "pass", "b": "wait_for('a')", "c": "time.sleep(0.2)"}
    code = (
        "import pathlib, signal, sys, time\n"
        f"order = pathlib.Path({str(order)!r})\n"
        "def wait_for(other):\n"
        "    while not (order.exists() and other in order.read_text()):\n"
        "        time.sleep(0.01)\n"
        "def leave(*_):\n"
        "    LEAVES\n"
        "    order.open('a').write('NAME')\n"
        "    sys.exit(0)\n"
        "signal.signal(15, leave)\n"
        "print('up', flush=True)\n"
        "time.sleep(60)\n"
    )
    with Supervisor() as supervisor:
        for name, way in leaves.items():
            supervisor.start(program(tmp_path, name, code.replace("LEAVES", way).replace("NAME", name)))
        for name in leaves:
            first_line(tmp_path / f"{name}.log")
        supervisor.check()
    assert order.read_text() == "cab"


def test_a_child_that_will_not_leave_is_killed_with_what_it_started(tmp_path: Path) -> None:
    supervisor = Supervisor(patience_s=0.2)
    child = supervisor.start(program(tmp_path, "stubborn", STUBBORN))
    grandchild = int(first_line(tmp_path / "stubborn.log"))
    supervisor.stop()
    assert child.status() == -signal.SIGKILL
    wait_until_gone(grandchild)


def test_a_child_that_ended_is_reported_by_name_status_and_log(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        child = supervisor.start(program(tmp_path, "brief", "import sys; print('bye'); sys.exit(7)"))
        child.process.wait()
        with pytest.raises(ProcessFailed, match="brief ended with exit status 7") as failure:
            supervisor.check()
    assert failure.value.tail == "bye"


def test_a_child_that_was_killed_is_reported_with_the_signal(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        child = supervisor.start(program(tmp_path, "victim", QUITS))
        child.process.kill()
        child.process.wait()
        with pytest.raises(ProcessFailed, match="victim was ended by SIGKILL"):
            supervisor.check()


def test_programs_run_side_by_side_until_all_have_ended_well(tmp_path: Path) -> None:
    run_to_end([program(tmp_path, name, f"print({name!r})") for name in ("one", "two")])
    assert [(tmp_path / f"{name}.log").read_text() for name in ("one", "two")] == ["one\n", "two\n"]


def test_the_first_bad_end_stops_the_others(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(ProcessFailed, match="bad ended with exit status 1"):
        run_to_end([program(tmp_path, "long", QUITS), program(tmp_path, "bad", "raise SystemExit('no')")])
    assert time.monotonic() - began < 30
    assert tail(tmp_path / "bad.log") == "no"


def test_programs_that_take_too_long_are_stopped(tmp_path: Path) -> None:
    with pytest.raises(ProcessFailed, match="slow took over"):
        run_to_end([program(tmp_path, "slow", QUITS)], timeout_s=0.1)


def test_the_log_of_the_run_before_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    for text in ("first", "second"):
        run_to_end([program(tmp_path, "again", f"print({text!r})")])
    assert (tmp_path / "again.log").read_text() == "second\n"
    assert (tmp_path / "again.log.1").read_text() == "first\n"


def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    assert tail(log) == ""
    log.write_text("\n".join(str(number) for number in range(100)))
    assert tail(log, lines=2) == "98\n99"
