from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from core.errors import SettingsError
from core.settings import SETTINGS, Settings, env_example, load, settings_table

ROOT = Path(__file__).resolve().parents[1]
TELEGRAM = "123456789:AAcanaryCanaryCanaryCanaryCanaryCanar"
DISCORD = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gcanary.canary-canary-canary-canary_canary"
NONE: dict[str, str] = {}


def problems(environ: Mapping[str, str], file: Path | None = None) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load(environ, file)
    return refused.value.problems


def env_file(folder: Path, text: str) -> Path:
    path = folder / ".env"
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_set_is_the_rehearsal_with_every_default() -> None:
    found = load(NONE)
    assert found.rehearsal
    assert found.data_dir == Path("data")
    assert found.database == Path("data/commonthread.db")
    assert found.secret_key_file == Path("data/secret.key")
    assert (found.run_port, found.feed_interval, found.forward_wait) == (8080, 300.0, 60.0)
    assert found.telegram_pace == 1.0
    assert (found.log_level, found.log_format) == ("INFO", "text")
    assert found.fetch_loopback is False
    assert found.secrets() == ()


def test_every_value_is_read_into_its_type() -> None:
    found = load(
        {
            "TELEGRAM_BOT_TOKEN": TELEGRAM,
            "DISCORD_BOT_TOKEN": f" {DISCORD}\n",
            "TELEGRAM_API_URL": "http://telegram-bot-api:8081/",
            "DISCORD_API_URL": "https://proxy.example/api/v10",
            "DISCORD_GATEWAY_URL": "wss://proxy.example/gateway",
            "DATA_DIR": "kept",
            "RUN_PORT": "0",
            "LOG_LEVEL": "debug",
            "LOG_FORMAT": "json",
            "FEED_INTERVAL": "90.5",
            "FETCH_CONTACT": "desk@example.org",
            "TELEGRAM_PACE": "0",
        }
    )
    assert not found.rehearsal
    assert found.discord_bot_token == DISCORD
    assert found.telegram_api_url == "http://telegram-bot-api:8081"
    assert found.database == Path("kept/commonthread.db")
    assert (found.run_port, found.log_level, found.log_format) == (0, "DEBUG", "json")
    assert (found.feed_interval, found.telegram_pace) == (90.5, 0.0)
    assert found.secrets() == (TELEGRAM, DISCORD)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        load(NONE).run_port = 1  # type: ignore[misc]


def test_fields_are_named_as_their_settings() -> None:
    assert [one.name.lower() for one in SETTINGS] == [one.name for one in fields(Settings)]


def test_defaults_and_examples_are_values_that_would_be_accepted() -> None:
    for one in SETTINGS:
        for text in filter(None, (one.default, one.example)):
            one.read(text)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TELEGRAM_API_URL", "api.telegram.org", "http://127.0.0.1:8081"),
        ("TELEGRAM_API_URL", "http://[::1", "http://127.0.0.1:8081"),
        ("TELEGRAM_API_URL", "http://host:99999", "http://127.0.0.1:8081"),
        ("DISCORD_API_URL", "http://127.0.0.1:3000", "/api/v10"),
        ("DISCORD_GATEWAY_URL", "https://gateway.example", "ws://"),
        ("RUN_PORT", "80a", "1 to 65535"),
        ("RUN_PORT", "70000", "1 to 65535"),
        ("RUN_PORT", "٨٠", "1 to 65535"),
        ("LOG_LEVEL", "loud", "DEBUG, INFO, WARNING, ERROR"),
        ("LOG_FORMAT", "xml", "text, json"),
        ("FETCH_LOOPBACK", "yes", "0 (off) or 1 (on)"),
        ("FETCH_CONTACT", "nobody", "e-mail"),
        ("FETCH_CONTACT", "a@b.example\r\nX-Evil: 1", "e-mail"),
        ("FEED_INTERVAL", "often", "from 1 to 86400"),
        ("FEED_INTERVAL", "nan", "from 1 to 86400"),
        ("TELEGRAM_PACE", "-1", "from 0 to 10"),
        ("FORWARD_WAIT", "inf", "from 1 to 3600"),
    ],
)
def test_a_bad_value_is_one_line_that_names_it_and_the_remedy(
    name: str, value: str, said: str
) -> None:
    (line,) = problems({name: value})
    assert line.startswith(name)
    assert said in line


def test_every_problem_is_told_at_once() -> None:
    lines = problems({"RUN_PORT": "x", "LOG_LEVEL": "x", "TELEGRAM_BOT_TOKEN": "x"})
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", f"bot{TELEGRAM}"),
        ("TELEGRAM_BOT_TOKEN", "123456789:canary"),
        ("DISCORD_BOT_TOKEN", f"Bot {DISCORD}"),
        ("DISCORD_BOT_TOKEN", "canary-client-secret"),
        ("TELEGRAM_API_URL", f"https://api.telegram.org/bot{TELEGRAM}"),
        ("RUN_PORT", TELEGRAM),
        ("DISCORD_API_URL", "http://me:canary@proxy"),
        ("LOG_LEVEL", DISCORD),
    ],
)
def test_a_secret_is_not_shown_even_where_it_is_wrong(name: str, value: str) -> None:
    (line,) = problems({name: value})
    assert name in line
    assert "canary" not in line.lower()


def test_other_peoples_feeds_are_not_asked_too_often() -> None:
    real = {"TELEGRAM_BOT_TOKEN": TELEGRAM, "FEED_INTERVAL": "5"}
    (line,) = problems(real)
    assert "60 or more" in line
    assert load({"FEED_INTERVAL": "1"}).feed_interval == 1.0
    assert load({**real, "FETCH_LOOPBACK": "1"}).feed_interval == 5.0


def test_paths_are_files_and_folders_and_not_the_same(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert "folder" in problems({"DATA_DIR": str(file)})[0]
    assert "file" in problems({"DATABASE": str(tmp_path)})[0]
    same = {"DATABASE": "x", "SECRET_KEY_FILE": "x"}
    assert "same file" in problems(same)[0]
    across = {"DATA_DIR": "d", "SECRET_KEY_FILE": "d/commonthread.db"}
    assert "same file" in problems(across)[0]


def test_the_environment_wins_over_the_file_even_when_empty(tmp_path: Path) -> None:
    file = env_file(tmp_path, f"TELEGRAM_BOT_TOKEN={TELEGRAM}\nRUN_PORT=1111\nLOG_LEVEL=ERROR\n")
    assert load(NONE, file).telegram_bot_token == TELEGRAM
    found = load({"RUN_PORT": "2222", "TELEGRAM_BOT_TOKEN": ""}, file)
    assert (found.run_port, found.log_level) == (2222, "ERROR")
    assert found.rehearsal


def test_the_file_may_be_written_as_people_write_it(tmp_path: Path) -> None:
    file = env_file(
        tmp_path,
        "\ufeff# mine\n\nexport RUN_PORT = 1234  # the port\r\n"
        f"TELEGRAM_BOT_TOKEN='{TELEGRAM}'\nFETCH_CONTACT=\"$HOME@example.org\"\nOTHER_TOOL=1\n",
    )
    found = load(NONE, file)
    assert found.run_port == 1234
    assert found.telegram_bot_token == TELEGRAM
    assert found.fetch_contact == "$HOME@example.org"


def test_lines_that_say_nothing_are_told_by_their_number(tmp_path: Path) -> None:
    lines = problems(NONE, env_file(tmp_path, "RUN_PORT=1\nLOG_LEVEL\nLOG_FORMAT='json\n"))
    assert lines == [
        "Line 2 of .env is no NAME=value.",
        "Line 3 of .env is no NAME=value.",
    ]


def test_a_mistyped_name_is_noticed(tmp_path: Path) -> None:
    (line,) = problems(NONE, env_file(tmp_path, f"TELEGRAM_BOT_TOKN={TELEGRAM}\n"))
    assert line == "TELEGRAM_BOT_TOKN in .env is no setting; did you mean TELEGRAM_BOT_TOKEN?"


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert ".env cannot be read" in problems(NONE, tmp_path / ".env")[0]
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in problems(NONE, binary)[0]


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUN_PORT", "4321")
    assert load().run_port == 4321


def test_env_example_is_generated() -> None:
    kept = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert kept == env_example(), "run: python -m core.settings > .env.example"


def test_env_example_changes_nothing_and_names_everything(tmp_path: Path) -> None:
    assert load(NONE, env_file(tmp_path, env_example())) == load(NONE)
    for one in SETTINGS:
        assert f"\n{one.name}=\n" in env_example()


def test_the_module_prints_env_example() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "core.settings"],
        cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "utf-8"}, capture_output=True, check=True,
    )  # fmt: skip
    assert run.stdout.decode("utf-8") == env_example()
    assert run.stderr == b""


def test_the_readme_holds_the_table_of_settings() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _, start, rest = readme.partition("<!-- settings -->\n")
    table, end, _ = rest.partition("\n<!-- /settings -->")
    assert start, "README.md needs <!-- settings --> and <!-- /settings -->"
    assert end, "README.md needs <!-- settings --> and <!-- /settings -->"
    assert table == settings_table(), (
        "README.md: replace the table by the output of"
        " python -c 'from core.settings import settings_table; print(settings_table())'"
    )
