"""What stops a start: a stripped interpreter, a taken port. And what is never shown: a secret."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys

import pytest

from seatrial.bootstrap.guards import refuse_stripped_assertions
from seatrial.bootstrap.ports import holder_of, listen, require_free
from seatrial.bootstrap.randomness import local_key, seeded
from seatrial.bootstrap.secrets import Secret
from seatrial.domain.faults import PortTaken, UnsafeInterpreter


def test_stripped_assertions_stop_the_start():
    with pytest.raises(UnsafeInterpreter, match="python -O"):
        refuse_stripped_assertions(assertions=False)

    ran = subprocess.run([sys.executable, "-O", "-m", "seatrial", "doctor"], capture_output=True, text=True)
    assert ran.returncode == 3
    assert ran.stderr.count("\n") == 1
    assert "python -O" in ran.stderr


def test_a_taken_port_is_refused_naming_the_process_that_holds_it():
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]

        with pytest.raises(PortTaken, match=rf"ports\.alpaca = {port} is taken: .*python.*\(pid {os.getpid()}\)"):
            listen("127.0.0.1", port, "ports.alpaca")
        with pytest.raises(PortTaken):
            require_free("127.0.0.1", [("ports.alpaca", port)])
        found = holder_of(port)
        assert found is not None
        assert found.pid == os.getpid()


def test_a_free_port_is_listened_on_and_released():
    with listen("127.0.0.1", 0, "ports.alpaca") as listener:
        port = listener.getsockname()[1]

    require_free("127.0.0.1", [("ports.alpaca", port)])


def test_a_secret_is_never_shown_nor_stored():
    secret = Secret("hunter2-hunter2")

    assert "hunter2" not in f"{secret} {secret!r} {[secret]} {secret:>20}"
    assert secret == Secret("hunter2-hunter2")
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_local_keys_repeat_by_seed_and_differ_by_venue():
    assert local_key(1, "alpaca", Secret("")) == local_key(1, "alpaca", Secret(""))
    assert local_key(1, "alpaca", Secret("")) != local_key(1, "binance", Secret(""))
    assert local_key(1, "alpaca", Secret("mine")) == "mine"
    assert seeded(1, "faults").random() != seeded(1, "market").random()
