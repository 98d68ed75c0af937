"""Line mode in a script: commands from a pipe, without any question."""

from __future__ import annotations

from command_runner import CommandRunner


def test_commands_come_from_a_pipe_and_are_repeated_in_the_output(demo_shell: CommandRunner) -> None:
    done = demo_shell("--plain", stdin="a\nfailed\nq\n", TERM="dumb")
    assert (done.returncode, done.stderr) == (0, "")
    assert "list> a\n1. DatabaseMaintenance running for" in done.stdout
    assert "list> failed\n" in done.stdout
    assert done.stdout.endswith("list> q\n")


def test_the_configuration_may_choose_it(demo_shell: CommandRunner) -> None:
    file = demo_shell.home / "config" / "emtui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("plain = true\n")
    file.chmod(0o600)
    done = demo_shell(stdin="q\n")
    assert done.returncode == 0
    assert done.stdout.endswith("list> q\n")
    file.write_text("plain = 'yes'\n")
    done = demo_shell(stdin="q\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert "plain must be true or false, not 'yes'." in done.stderr


def test_the_setting_is_shown_with_its_file(shell: CommandRunner) -> None:
    file = shell.home / "config" / "emtui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("plain = true\n")
    file.chmod(0o600)
    shown = shell.run_json("config", "show", "-o", "json")
    assert shown == [{"key": "plain", "value": "true", "from": str(file)}]


def test_it_quits_when_the_commands_end(demo_shell: CommandRunner) -> None:
    done = demo_shell("open", "--plain", "state:failed")
    assert done.returncode == 0
    assert "6 lines matching state:failed, newest first.\n1. failed, CollectJob" in done.stdout


def test_one_session_is_opened_and_compared(demo_shell: CommandRunner) -> None:
    (run,) = demo_shell.run_json("sessions", "state:failed", "type:CollectJob", "--limit", "1", "-o", "json")
    done = demo_shell("open", "--plain", run["id"], "--compare", "last-success", stdin="l\n")
    assert done.returncode == 0
    assert "CollectJob: failed, started " in done.stdout
    assert "Compared with the last success" in done.stdout
    assert "1. +0.0s, Starting to collect data\n" in done.stdout


def test_the_password_is_the_first_line_and_the_rest_are_commands(demo_shell: CommandRunner) -> None:
    password = demo_shell.environ.pop("EMTUI_PASSWORD")
    done = demo_shell("--plain", "--password-stdin", stdin=f"{password}\na\nq\n")
    assert done.returncode == 0
    assert "list> a\n1. " in done.stdout
    assert password not in done.stdout


def test_without_a_password_it_says_where_to_put_one(demo_shell: CommandRunner) -> None:
    del demo_shell.environ["EMTUI_PASSWORD"]
    done = demo_shell("--plain", stdin="a\n")
    assert (done.returncode, done.stdout) == (4, "")
    assert "EMTUI_PASSWORD" in done.stderr


def test_without_a_server_it_says_how_to_name_one(shell: CommandRunner) -> None:
    done = shell("--plain", stdin="a\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--server" in done.stderr


def test_an_untrusted_certificate_ends_it(demo_shell: CommandRunner) -> None:
    demo_shell.leading_arguments = demo_shell.leading_arguments[:4]
    done = demo_shell("--plain", stdin="pin\n")
    assert done.returncode == 7
    assert "list> " not in done.stdout


def test_lines_of_any_length_are_answered(demo_shell: CommandRunner) -> None:
    digits = "9" * 5000
    done = demo_shell("--plain", stdin=f"{digits}\nm {digits}\nC {digits}\n{'x' * 100_000}\nQ\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("There is no line 999") == 2
    assert done.stdout.endswith("list> Q\n")


def test_the_numbers_of_an_earlier_list_mean_nothing_after_an_empty_one(demo_shell: CommandRunner) -> None:
    done = demo_shell("--plain", stdin="l\n/ message:nothing-like-this\n1\nm 1\nn\nQ\n")
    answers = done.stdout.partition("0: show all\n")[2]
    assert answers == (
        "list> 1\nThere is no line 1. l: list the runs.\n"
        "list> m 1\nThere is no line 1. l: list the runs.\n"
        "list> n\nNo more lines.\nlist> Q\n"
    )
