import os
import sys
import time

import pytest
from process import CommandFailed, last_lines, run_logged


def test_output_goes_to_the_log_and_to_the_listener(tmp_path):
    heard = []
    run_logged([sys.executable, "-c", "print('one'); print('two')"], tmp_path / "logs" / "a.log", {}, heard.append)
    assert "one\ntwo\n" in "".join(heard)
    assert last_lines(tmp_path / "logs" / "a.log", 1) == ["two"]


def test_a_failure_names_its_log_and_code(tmp_path):
    log = tmp_path / "a.log"
    with pytest.raises(CommandFailed) as failure:
        run_logged([sys.executable, "-c", "raise SystemExit(3)"], log, {})
    assert (failure.value.code, failure.value.log) == (3, log)


@pytest.mark.skipif(os.name == "nt", reason="process groups")
def test_an_interruption_ends_children_too(tmp_path):
    file = tmp_path / "pid"
    child = "import os, subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    code = f"{child}; open({str(file)!r}, 'w').write(str(p.pid)); print('up', flush=True); p.wait()"

    def stop(text: str) -> None:
        if "up" in text.split("\n", 1)[-1]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_logged([sys.executable, "-c", code], tmp_path / "a.log", {}, stop)
    pid = int(file.read_text())
    for _ in range(50):
        if not alive(pid):
            return
        time.sleep(0.1)
    pytest.fail(f"process {pid} is still running")


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[-1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_progress_bars_are_reduced_to_their_last_state(tmp_path):
    log = tmp_path / "a.log"
    log.write_text("first\n 1%|#\r 50%|##\r100%|###\n\n\x1b[31mred\x1b[0m\n")
    assert last_lines(log) == ["first", "100%|###", "red"]
