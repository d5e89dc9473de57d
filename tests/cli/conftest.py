import pytest

from wethink_plugins.cli.main import main


@pytest.fixture
def wethink(capsys):
    """Runs the real command in this process: (exit code, stdout, lines of stderr)."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err.splitlines()

    return run
