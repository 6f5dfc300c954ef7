import time

import pytest

from basic.bash import OUTPUT_LIMIT, Shell


@pytest.fixture
def shell(tmp_path):
    with Shell(tmp_path) as shell:
        yield shell


def test_output_and_exit_code_are_given(shell):
    assert shell.run("echo out; echo err >&2; exit 3") == "out\nerr\n\n[exit code 3]"


def test_the_folder_stays_for_the_next_command(shell):
    shell.run("mkdir 'a b' && cd 'a b'")

    assert shell.run('basename "$PWD"').startswith("a b\n")


def test_variables_stay_for_the_next_command(shell):
    shell.run("export WORD='two words'")

    assert shell.run('echo "$WORD"').startswith("two words\n")


def test_a_command_that_exits_still_leaves_its_folder(shell):
    shell.run("mkdir a; cd a; exit 1")

    assert shell.run("basename $PWD").startswith("a\n")


def test_a_heredoc_is_written_as_it_stands(shell, tmp_path):
    shell.run("cat > x.txt <<'EOF'\n$HOME `date` \"quoted\"\nEOF")

    assert (tmp_path / "x.txt").read_text() == '$HOME `date` "quoted"\n'


def test_a_heredoc_that_does_not_end_does_not_hang(shell):
    assert "[exit code" in shell.run("cat <<EOF\ntext", timeout_s=5)


def test_a_syntax_error_is_a_result(shell):
    assert "syntax error" in shell.run("if then")


def test_a_command_that_reads_finds_nothing(shell):
    assert shell.run("cat", timeout_s=5) == "[exit code 0]"


def test_a_timeout_keeps_the_output_so_far(shell):
    assert shell.run("echo early; sleep 60", timeout_s=0.3) == "early\n\n[stopped after 0.3 s]"


def test_a_timeout_ends_the_children_too(shell):
    shell.run("(sleep 0.6; touch late) & sleep 60", timeout_s=0.2)

    assert shell.run("sleep 0.6; ls") == "[exit code 0]"


def test_a_background_process_does_not_keep_the_agent_waiting(shell):
    begin = time.monotonic()

    result = shell.run("sleep 60 & echo started")

    assert time.monotonic() - begin < 5
    assert "started" in result
    assert "still running" in result


def test_what_runs_in_the_background_ends_with_the_shell(tmp_path):
    with Shell(tmp_path) as shell:
        shell.run("(sleep 0.5; touch late) &")

    time.sleep(0.6)
    assert list(tmp_path.iterdir()) == []


def test_of_huge_output_head_and_tail_are_kept(shell):
    result = shell.run("seq 1 100000")

    assert result.startswith("1\n2\n")
    assert "100000\n\n[exit code 0]" in result
    assert "bytes cut out" in result
    assert len(result) < 10_000


def test_endless_output_is_stopped(shell):
    assert shell.run(f"yes | head -c {OUTPUT_LIMIT + 1}; sleep 60", timeout_s=20).endswith("[stopped: too much output]")


def test_binary_output_is_only_counted(shell):
    assert shell.run("printf 'a\\0b'") == "[binary output: 3 bytes]\n[exit code 0]"


def test_the_python_of_a_command_does_not_find_the_agent(shell):
    assert "No module named 'basic'" in shell.run("python3 -c 'import basic'")
