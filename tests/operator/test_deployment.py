"""What lies in deploy/ fits what the bot really has: paths, metrics, settings, times."""

import asyncio
import getpass
import json
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from bot.marketplace.daji.calls import outcome_of
from bot.marketplace.errors import CredentialsRefused
from bot.operator.backup import backup
from bot.process import alive
from bot.process.metrics import Metrics
from bot.settings import Settings
from bot.storage.sqlite.storage import SqliteStorage
from bot.web.push_intake import PUSH_PATH
from bot.web.server import WEBHOOK_PATH
from scripts import replay_dockerfile
from tests.fakes.memory_storage import MemoryStorage
from tests.operator.conftest import Configure

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
NGINX = (DEPLOY / "nginx/snaporder.conf").read_text()
REPLICAS = (DEPLOY / "nginx/replicas.conf").read_text()
UNIT = (DEPLOY / "systemd/snaporder.service").read_text()
COMPOSE = (DEPLOY / "container/compose.yaml").read_text()
COMPOSE_REPLICAS = (DEPLOY / "container/compose.replicas.yaml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
WATCHING = ["prometheus/alerts.yml", "grafana/snaporder.json"]


def _exposed() -> tuple[set[str], str]:
    """Every name that /metrics can have, and its text with a sample of each."""
    storage: Any = MemoryStorage()
    storage.commits = 0  # it keeps them themselves, where the others count them
    metrics = Metrics(storage)
    metrics.on_update(object(), 0.1, failed=True)
    for outcome in ("ok", "refused", "cancelled", "credentials_refused"):
        metrics.on_call("create", outcome, 0.1)
    for outcome in ("ok", "throttled"):
        metrics.on_telegram("sendMessage", outcome)
    for outcome in ("new", "refused"):
        metrics.on_push_arrival(outcome)
    metrics.on_push("paid", "used")
    metrics.on_notice("told")
    metrics.on_watch("told")
    text = asyncio.run(metrics.exposition()).decode()
    return set(re.findall(r"^snaporder_\w+", text, re.MULTILINE)), text


def _expressions(name: str) -> list[str]:
    text = (DEPLOY / name).read_text()
    if name.endswith(".json"):
        return [
            target["expr"] for panel in json.loads(text)["panels"] for target in panel["targets"]
        ]
    return re.findall(r"expr: (?:\|\n)?((?:.|\n)+?)\n        (?:for|labels):", text)


@pytest.mark.parametrize("name", WATCHING)
def test_every_metric_that_is_watched_exists(name: str) -> None:
    """With the labels and values that a rule or a panel looks for."""
    names, text = _exposed()
    expressions = _expressions(name)
    assert len(expressions) >= 9
    for each in expressions:
        asked = set(re.findall(r"\bsnaporder_\w+", each))
        assert asked <= names, (each, asked - names)
        for label, value in re.findall(r'\b(outcome|kind|endpoint|state)!?=~?"([^"]+)"', each):
            for one in value.split("|"):
                assert f'{label}="{one}"' in text, (each, one)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed")
def test_each_rule_fires_for_what_it_is_for_and_for_nothing_else(tmp_path: Path) -> None:
    """By Prometheus' own tool: cases in `alerts_test.yml`."""
    shutil.copy(DEPLOY / "prometheus/alerts.yml", tmp_path)
    shutil.copy(Path(__file__).with_name("alerts_test.yml"), tmp_path)
    for words in (("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")):
        done = subprocess.run(
            ["promtool", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """Every directive and every value; its interpreter is another one here."""
    unit = tmp_path / "snaporder.service"
    unit.write_text(UNIT.replace("/opt/snaporder/current/.venv/bin/python", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_refused_keys_are_called_so() -> None:
    """The alert's word is the client's."""
    refused = CredentialsRefused("401", endpoint="create")
    assert outcome_of(refused) == "credentials_refused"


def test_the_manual_names_the_same_metrics() -> None:
    """Every one that there is, and no other."""
    names, _ = _exposed()
    manual = (ROOT / "docs/operation.md").read_text()
    told = {each.partition("{")[0] for each in re.findall(r"`(snaporder_[\w{},]+)`", manual)}
    there = {re.sub(r"_(bucket|count|sum)$", "", each) for each in names}
    assert told == there


def test_the_proxy_shows_what_is_needed_and_nothing_else() -> None:
    """Two paths, exactly; metrics and health stay on the machine."""
    tls = NGINX.split("listen 443")[1]
    assert set(re.findall(r"location = (\S+) \{", tls)) == {WEBHOOK_PATH, PUSH_PATH}
    assert re.findall(r"location (?!=)(\S+) \{\s+return 404;", tls) == ["/"]
    for name in ("client_header_timeout", "client_body_timeout", "proxy_read_timeout"):
        assert re.search(rf"\b{name} \d+s;", tls), name


nginx = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")


@nginx
async def test_the_proxy_as_it_runs(tmp_path: Path) -> None:
    """Only POST to the two paths comes through, over TLS, up to what the bot takes."""
    seen: list[str] = []

    async def take(request: web.Request) -> web.Response:
        seen.append(f"{request.method} {request.path} {len(await request.read())}")
        return web.Response(text="bot")

    app = web.Application(client_max_size=2 << 20)
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    bot, tls, plain = (replay_dockerfile.free_port() for _ in range(3))
    await web.TCPSite(runner, "127.0.0.1", bot).start()
    proxy = _proxy(tmp_path, bot, tls, plain)
    try:
        trusted = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        async with httpx.AsyncClient(verify=trusted, base_url=f"https://localhost:{tls}") as http:
            await _answers(http)
            for path in (WEBHOOK_PATH, PUSH_PATH):
                assert (await http.post(path, content=b"x" * 1000)).text == "bot"
                assert (await http.get(path)).status_code == 403
                assert (await http.post(f"{path}/x")).status_code == 404
            for path in (
                "/",
                "/metrics",
                "/healthz",
                "/readyz",
                "//metrics",
                "/telegram/../metrics",
            ):
                assert (await http.get(path)).status_code == 404
            assert (await http.post(WEBHOOK_PATH, content=b"x" * (1 << 20))).text == "bot"
            assert (await http.post(WEBHOOK_PATH, content=b"x" * (2 << 20))).status_code == 413
            answer = await http.get(f"http://127.0.0.1:{plain}/metrics")
            assert answer.status_code == 404
    finally:
        proxy.terminate()
        await asyncio.to_thread(proxy.wait, 10)
        await runner.cleanup()
    assert {each.split()[1] for each in seen} == {WEBHOOK_PATH, PUSH_PATH}


@nginx
async def test_a_dead_bot_behind_the_proxy_is_passed_over(tmp_path: Path) -> None:
    """Every post is answered by the one that lives, those included that met the dead one."""
    taken = 0

    async def take(_: web.Request) -> web.Response:
        nonlocal taken
        taken += 1
        return web.Response(text="bot")

    app = web.Application()
    app.router.add_post(WEBHOOK_PATH, take)
    runner = web.AppRunner(app)
    await runner.setup()
    alive, dead, tls = (replay_dockerfile.free_port() for _ in range(3))
    await web.TCPSite(runner, "127.0.0.1", alive).start()
    block = REPLICAS.replace("snaporder-1:8080", f"127.0.0.1:{dead}")
    block = block.replace("snaporder-2:8080", f"127.0.0.1:{alive}")
    block = block.replace("listen 443 ssl;", f"listen 127.0.0.1:{tls} ssl;")
    proxy = _proxy(tmp_path, alive, tls, 0, block)
    try:
        trusted = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        async with httpx.AsyncClient(verify=trusted, base_url=f"https://localhost:{tls}") as http:
            await _answers(http)
            for _ in range(20):
                assert (await http.post(WEBHOOK_PATH, content=b"{}")).text == "bot"
            assert (await http.get("/metrics")).status_code == 404
    finally:
        proxy.terminate()
        await asyncio.to_thread(proxy.wait, 10)
        await runner.cleanup()
    assert taken == 20


def test_the_replicas_containers_have_no_more_rights_than_the_one() -> None:
    """And the same time to end; what differs is the database and who is in front."""
    for line in ("read_only: true", "no-new-privileges:true", "- ALL", "stop_grace_period: 30s"):
        assert line in COMPOSE
        assert line in COMPOSE_REPLICAS
    assert 'STOP_SECONDS: "25"' in COMPOSE_REPLICAS
    assert "restart: unless-stopped" in COMPOSE_REPLICAS  # it ends with 75 when it was replaced


def _proxy(
    folder: Path, bot: int, tls: int, plain: int, block: str = NGINX
) -> "subprocess.Popen[bytes]":
    """Start nginx with the server block as it lies there, but for ports, names and places."""
    subprocess.run(
        shlex.split(
            "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost"
            " -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem"
        ),
        cwd=folder,
        check=True,
        capture_output=True,
    )
    block = block.replace("127.0.0.1:8080", f"127.0.0.1:{bot}")
    block = re.sub(r"    listen \[::\].*\n", "", block)
    block = block.replace("listen 80;", f"listen 127.0.0.1:{plain};")
    block = block.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{tls} ssl http2;")
    block = re.sub(r"ssl_certificate .*;", f"ssl_certificate {folder}/cert.pem;", block)
    block = re.sub(r"ssl_certificate_key .*;", f"ssl_certificate_key {folder}/key.pem;", block)
    block = re.sub(r"error_log .*;", "error_log stderr warn;", block)
    temporary = "".join(
        f"{each}_temp_path {folder}/{each};\n"
        for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\nuser {getpass.getuser()};\npid {folder}/pid;\nerror_log stderr;\n"
        "events {}\n"
        f"http {{\naccess_log off;\n{temporary}{block}\n}}\n"
    )
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    return subprocess.Popen(command)


async def _answers(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                await http.get("/")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


def _seconds(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found, pattern
    return float(found[1])


def test_nobody_kills_it_before_it_has_ended() -> None:
    """Whoever stops it waits longer than it takes, by its own deadline."""
    manual = (ROOT / "docs/operation.md").read_text()
    assert Settings.model_fields["stop_seconds"].default < 10  # what Docker waits
    for own, others, text in (
        (r"STOP_SECONDS=(\d+)", r"TimeoutStopSec=(\d+)", UNIT),
        (r'STOP_SECONDS: "(\d+)"', r"stop_grace_period: (\d+)s", COMPOSE),
        (r"-e STOP_SECONDS=(\d+)", r"--stop-timeout (\d+)", manual),
    ):
        assert _seconds(own, text) + 4 < _seconds(others, text)


def test_what_is_given_to_the_container_is_read_by_the_bot() -> None:
    """Settings of the Dockerfile and the compose file exist; secrets come as files."""
    known = {name.upper() for name in Settings.model_fields}
    given = re.findall(r"^      ([A-Z_]+):", COMPOSE, re.MULTILINE)
    assert {"BOT_TOKEN_FILE", "MARKETPLACE_APP_SECRET_FILE"} < set(given)
    environment = dict(
        each.split("=", 1)
        for name, rest in replay_dockerfile.instructions(DOCKERFILE)
        if name == "ENV"
        for each in rest.split()
    )
    settings = set(given) | {name for name in environment if name not in _NOT_SETTINGS}
    assert {
        name for name in settings if name.removesuffix("_FILE") not in known | {"DATA_KEY"}
    } == set()
    assert "read_only: true" in COMPOSE
    assert re.search(r"cap_drop:\n\s+- ALL", COMPOSE)
    database, key = Path(environment["DATABASE_URL"]), Path(environment["DATA_KEY_FILE"])
    volumes = re.findall(r"- \w+:(/\w+)", COMPOSE)
    assert sorted(volumes) == sorted({str(database.parent), str(key.parent)})


_NOT_SETTINGS = {
    "PATH",
    "PIP_DISABLE_PIP_VERSION_CHECK",
    "PIP_NO_CACHE_DIR",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUNBUFFERED",
    "SQLITE_TMPDIR",
}


def test_the_build_is_sent_no_secret(tmp_path: Path) -> None:
    """Of everything that may lie in the folder only what the image needs is sent."""
    patterns = (ROOT / ".dockerignore").read_text().split()
    for name in (
        ".env",
        "data/snaporder.db",
        "tests/conftest.py",
        "bot/__pycache__/x.pyc",
        ".git/x",
    ):
        assert replay_dockerfile.ignored(name, patterns), name
    for name in ("bot/app.py", "handlers/start.py", "locales/en/LC_MESSAGES/snaporder.po"):
        assert not replay_dockerfile.ignored(name, patterns), name


@pytest.mark.parametrize(
    ("listen", "asked"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("0.0.0.0:9", ("127.0.0.1", 9)),
        ("[::]:9", ("::1", 9)),
        ("[::1]:9", ("::1", 9)),
        ("bot.internal:80", ("bot.internal", 80)),
    ],
)
def test_the_health_check_follows_listen(listen: str, asked: tuple[str, int]) -> None:
    """One that listens everywhere is asked on its own machine."""
    assert alive.address(listen) == asked


async def _health_check(**settings: str) -> int:
    """Run it as an engine does."""
    environment = {name: value for name, value in os.environ.items() if name != "LISTEN"}
    check = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.process.alive"), cwd=ROOT, env=environment | settings
    )
    return await check.wait()


async def test_the_health_check_tells_alive_from_dead(tmp_path: Path) -> None:
    """By the answer's status; nobody there, or somebody else, is no."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=200 if request.path == "/healthz" else 500)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = replay_dockerfile.free_port()
    assert not await asyncio.to_thread(alive.is_alive, f"127.0.0.1:{port}", 1.0)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    assert await asyncio.to_thread(alive.is_alive, f"0.0.0.0:{port}", 5.0)
    assert not alive.is_alive("nonsense")
    nobody = f"127.0.0.1:{replay_dockerfile.free_port()}"
    assert await _health_check(LISTEN=f"0.0.0.0:{port}") == 0
    assert await _health_check(LISTEN=nobody) == 1
    (tmp_path / "settings").write_text(f"LISTEN=127.0.0.1:{port}\n")
    assert await _health_check(SETTINGS_FILE=str(tmp_path / "settings")) == 0
    await runner.cleanup()


def test_the_operators_command_means_the_services_database(
    configure: Configure, storage: SqliteStorage, tmp_path: Path
) -> None:
    """From wherever it is typed, and whatever lies there."""
    file = tmp_path / "snaporder.env"
    file.write_text(
        "BOT_TOKEN=1:x\nMARKETPLACE_APP_KEY=k\nMARKETPLACE_APP_SECRET=a-secret\n"
        f"DATABASE_URL={configure().database_path}\n"
    )
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "bot").mkdir(parents=True)
    (elsewhere / "bot/__init__.py").write_text("raise SystemExit('somebody else')")
    (elsewhere / ".env").write_text("DATABASE_URL=other.db\n")
    done = subprocess.run(
        [str(DEPLOY / "systemd/snaporder"), "backup", "copy.db"],
        cwd=elsewhere,
        env={"PATH": "/usr/bin:/bin", "SETTINGS_FILE": str(file), "SNAPORDER_APP": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (elsewhere / "copy.db").stat().st_size == _size(configure, tmp_path)


def _size(configure: Configure, tmp_path: Path) -> int:
    other = tmp_path / "compared.db"
    backup(configure(), other)
    return other.stat().st_size
