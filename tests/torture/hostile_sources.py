"""Sources of hostile solutions: what they do and when, how they try to read the ground truth, what they answer."""

from collections.abc import Iterator

TEMPLATE = """
import atexit, ctypes, os, signal, socket, subprocess, sys, threading, time
from dataclasses import dataclass
from pathlib import Path
import numpy as np
from harness import ImageSet, Ranking, Retrieval, TrainingData
COMPETITION, TRUTH, PLACE, ROOT, SLEEP = {competition!r}, {truth!r}, {place!r}, {root!r}, {sleep!r}
class Rude(Exception):
    def __str__(self): raise RuntimeError("no text")
    __repr__ = __str__
class Base(BaseException): pass
def act():
    {act}
def in_thread(): threading.Thread(target=act).start(); time.sleep(0.5)
def in_child():
    if os.fork() == 0:
        try: act()
        finally: os._exit(1)
    os.wait()
{at_import}
@dataclass
class Hostile(Retrieval):
    {in_class}
    def __post_init__(self):
        {post_init}
    def fit(self, data: TrainingData) -> None:
        self.index = data.index
        {in_fit}
    def rank(self, queries: ImageSet) -> Ranking:
        index = self.index
        positions = np.tile(np.arange(len(index)), (len(queries), 1))[:, ::-1]
        good = Ranking.from_positions(positions, queries.ids, index.ids)
        {in_rank}
        return good
"""
_MOMENTS = ("at_import", "in_class", "post_init", "in_fit", "in_rank")
_ACTIONS = {
    "hang": "time.sleep(600)",
    "spin": "exec('while True: pass')",
    "leave": "os._exit(3)",
    "leave-well": "os._exit(0)",
    "exit": "sys.exit(0)",
    "exit-oddly": "raise SystemExit({1: Rude()})",
    "segfault": "ctypes.string_at(0)",
    "abort": "os.abort()",
    "die": "os.kill(os.getpid(), signal.SIGKILL)",
    "raise": "raise ValueError('two' + chr(10) + 'lines' + chr(27) + '[2J' + chr(0))",
    "raise-without-text": "raise Rude()",
    "raise-base": "raise Base('base')",
    "interrupt": "raise KeyboardInterrupt",
    "recurse": "act()",
    "no-memory": "raise MemoryError",
    "no-space": "raise OSError(28, 'No space left on device', '/x')",
    "lone-surrogate": "raise ValueError(chr(0xd800) * 3)",
    "long-text": "raise ValueError('x' * 10**7)",
}
_SINGLE = {
    "print-1-gb": "for _ in range(1024): os.write(1, b'y' * (1 << 20))",
    "print-binary": "os.write(1, bytes(range(256)) * 100); os.write(2, b'\\xff' * 1000)",
    "stderr-for-ever": "exec('while True: os.write(2, b\"x\" * 100000)')",
    "daemon": "subprocess.Popen(['sleep', SLEEP], start_new_session=True, cwd='/')",
    "double-fork": "exec('if os.fork() == 0:\\n os.setsid()\\n if os.fork() == 0:\\n  os.execvp(\"sleep\", [\"sleep\", SLEEP])\\n os._exit(0)')",
    "daemon-without-environment": "subprocess.Popen(['sleep', SLEEP], start_new_session=True, env={}, close_fds=True)",
    "many-children": "[subprocess.Popen(['sleep', SLEEP]) for _ in range(30)]",
    "stubborn": "[signal.signal(number, signal.SIG_IGN) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]; time.sleep(600)",
    "fill-memory": "hold = []; exec('while True: hold.append(np.ones(1 << 20)); time.sleep(0.002)')",
    "fill-memory-in-a-child": "subprocess.run([sys.executable, '-c', 'import time\\na = []\\nwhile True: a.append(bytearray(8 << 20)); time.sleep(0.005)'])",
    "fill-disk": "exec('for n in range(40):\\n with open(f\"filler{n}\", \"wb\") as f: f.write(bytes(1 << 20))')",
    "many-files": "[open(f'f{n}', 'w').close() for n in range(3000)]",
    "many-descriptors": "hold = []; exec('while True: hold.append(os.open(\"/dev/null\", 0))')",
    "close-descriptors": "os.closerange(0, 256)",
    "read-stdin": "sys.stdin.read(); input()",
    "delete-own-folder": "__import__('shutil').rmtree(sys.argv[1], ignore_errors=True)",
    "delete-workspace": "__import__('shutil').rmtree(PLACE + '/workspace', ignore_errors=True)",
    "delete-competition": "__import__('shutil').rmtree(COMPETITION, ignore_errors=True)",
    "empty-truth": "open(TRUTH, 'w').close()",
    "change-images": "[path.write_bytes(b'') for path in Path(COMPETITION).rglob('*.jpg')]",
    "write-into-installation": "open(ROOT + '/harness/torture_marker.py', 'w').close()",
    "write-into-packages": "open(np.__path__[0] + '/../torture_marker.pth', 'w').close()",
    "write-into-standard-library": "open(os.__file__.replace('os.py', 'torture_marker.py'), 'w').close()",
    "write-into-cache": "[open(str(path) + '/torture_marker.pyc', 'w').close() for path in Path(ROOT, 'harness').rglob('__pycache__')]",
    "write-into-home": "open(os.path.expanduser('~/torture_marker'), 'w').close()",
    "change-itself": "open(__file__, 'a').write('\\nX = 1\\n')",
    "delete-itself": "os.remove(__file__)",
    "garbage-outcome": "open('outcome.json', 'w').write('{'); os._exit(0)",
    "endless-outcome": "open('outcome.json', 'w').write('[' * 10**6); os._exit(0)",
    "good-outcome-of-nothing": "open('outcome.json', 'w').write('{\"reason\": null, \"stages\": [], \"coverage\": null, \"examples\": []}'); os._exit(0)",
    "nan-outcome": "open('outcome.json', 'w').write('{\"reason\": null, \"stages\": NaN, \"coverage\": {\"queries\": 1e999}, \"examples\": [1]}'); os._exit(0)",
    "outcome-pipe": "os.mkfifo('outcome.json'); os._exit(0)",
    "answer-pipe": "os.mkfifo('answer.npz'); os._exit(0)",
    "outcome-link-to-zeros": "os.symlink('/dev/zero', 'outcome.json'); os._exit(0)",
    "submission-link-to-truth": "os.symlink(TRUTH, 'submission.csv')",
    "log-is-a-folder": "os.remove('log.txt'); os.mkdir('log.txt')",
    "log-link": "os.remove('log.txt'); os.symlink(PLACE + '/stolen', 'log.txt'); print('x' * 10**5)",
    "progress-garbage": "open('progress.json', 'w').write('{\"what\": [[]], \"done\": {}, \"total\": \"x\"}'); time.sleep(2)",
    "progress-pipe": "os.mkfifo('progress.json'); time.sleep(2)",
    "folders-for-files": "[os.mkdir(name) for name in ('outcome.json', 'answer.npz', 'submission.csv', 'chunks') if not os.path.exists(name)]",
    "deep-folders": "exec('for _ in range(900):\\n os.mkdir(\"d\"); os.chdir(\"d\")')",
    "odd-names": "[open(name, 'w').close() for name in ('\\n', '\\x1b[2J', b'\\xff\\xfe', '-rf', ' ')]",
    "unreadable-folder": "os.chmod('.', 0)",
    "signal-parent": "os.kill(os.getppid(), signal.SIGKILL)",
    "signal-group-of-parent": "os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)",
    "signal-siblings": "[os.kill(int(pid), 9) for pid in os.listdir('/proc') if pid.isdecimal() and int(pid) != os.getpid() and PLACE.encode() in open(f'/proc/{pid}/cmdline', 'rb').read()]",
    "stop-parent": "os.kill(os.getppid(), signal.SIGSTOP)",
    "stop-itself": "os.kill(os.getpid(), signal.SIGSTOP)",
    "patch-harness": "import harness.submissions.finalise as m; m.finalise = lambda *a: None; m.validate_answer = lambda *a: a[0]",
    "patch-json": "import json; json.dumps = lambda *a, **k: '{'",
    "patch-open": "import builtins; builtins.open = None; os.open = None",
    "patch-numpy": "np.savez = np.save = np.asarray = np.array = lambda *a, **k: None",
    "empty-modules": "sys.modules.clear()",
    "trace": "sys.settrace(lambda *a: 1 / 0); threading.settrace(lambda *a: 1 / 0)",
    "no-recursion": "sys.setrecursionlimit(30)",
    "alarm": "signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)",
    "exit-hook-hang": "atexit.register(time.sleep, 600)",
    "exit-hook-leave": "atexit.register(os._exit, 0)",
    "thread-for-ever": "threading.Thread(target=time.sleep, args=(600,)).start()",
    "lock-database": "import sqlite3; c = sqlite3.connect(PLACE + '/workspace/leaderboard.db'); c.execute('BEGIN EXCLUSIVE'); time.sleep(600)",
    "drop-database": "import sqlite3; c = sqlite3.connect(PLACE + '/workspace/leaderboard.db'); c.execute('DROP TABLE entries'); c.commit()",
    "environment": "os.environ.clear(); os.environ['PYTHONPATH'] = PLACE",
    "change-folder": "os.chdir('/')",
    "raise-limits": "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))",
    "file-size-limit": "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))",
}  # fmt: skip
_ANSWERS = {
    "none": "None", "number": "7", "text": "'x'", "list": "[[1, 2]]", "dictionary": "{}", "generator": "(x for x in range(3))", "class": "Ranking",
    "module": "np", "itself": "self", "array": "positions", "nan": "positions * np.nan", "objects": "np.array([object()])",
    "floats": "Ranking(queries.ids, index.ids, positions.astype(float))", "beyond": "Ranking(queries.ids, index.ids, positions + 1)",
    "negative": "Ranking(queries.ids, index.ids, positions - 5)", "huge": "Ranking(queries.ids, index.ids, np.full((len(queries), 3), 2**40))",
    "repeated": "Ranking(queries.ids, index.ids, positions * 0)", "wide": "Ranking(queries.ids, index.ids, np.zeros((len(queries), 10**5), np.int32))",
    "flat": "Ranking(queries.ids, index.ids, positions.ravel())", "empty": "Ranking(queries.ids[:0], index.ids, positions[:0])",
    "cube": "Ranking(queries.ids, index.ids, positions[None])", "other-ids": "Ranking(queries.ids[::-1], index.ids, positions)",
    "text-positions": "Ranking(queries.ids, index.ids, positions.astype(str))", "object-positions": "Ranking(queries.ids, index.ids, positions.astype(object))",
    "big-endian": "Ranking(queries.ids, index.ids, positions.astype('>i8'))", "memory-map": "Ranking(queries.ids, index.ids, np.memmap('m', np.int32, 'w+', shape=positions.shape))",
    "broadcast": "Ranking(queries.ids, index.ids, np.broadcast_to(np.int32(0), (len(queries), 1)))", "none-positions": "Ranking(queries.ids, index.ids, None)",
    "rude-object": "type('R', (), {'__getattribute__': lambda s, n: 1 / 0})()", "rude-class": "type('R', (Ranking,), {'positions': property(lambda s: 1 / 0)})(queries.ids, index.ids, positions)",
    "rude-length": "type('R', (list,), {'__len__': lambda s: -1})()", "subclass-of-array": "Ranking(queries.ids, index.ids, positions.view(np.matrix))",
    "masked": "Ranking(queries.ids, index.ids, np.ma.masked_array(positions, positions > 2))", "labelling": "__import__('harness').Labelling(queries.ids, np.zeros(len(queries), int), np.ones(len(queries)))",
}  # fmt: skip
_READS = {
    "open": "open(TRUTH).read()",
    "bytes": "open(TRUTH.encode(), 'rb').read().decode()",
    "os-open": "os.read(os.open(TRUTH, 0), 10**6).decode()",
    "descriptor-of-folder": "os.read(os.open(os.path.basename(TRUTH), 0, dir_fd=os.open(COMPETITION, 0)), 10**6).decode()",
    "change-folder": "(os.chdir(COMPETITION), open(os.path.basename(TRUTH)).read())[1]",
    "rename": "(os.rename(TRUTH, TRUTH + '.x'), open(TRUTH + '.x').read(), os.rename(TRUTH + '.x', TRUTH))[1]",
    "hard-link": "(os.link(TRUTH, 'link'), open('link').read())[1]",
    "link": "(os.symlink(TRUTH, 'link'), open('link').read())[1]",
    "link-to-folder": "(os.symlink(COMPETITION, 'link'), open('link/' + os.path.basename(TRUTH)).read())[1]",
    "cat": "subprocess.run(['cat', TRUTH], capture_output=True, text=True).stdout",
    "shell": "os.popen(f'cat {TRUTH}').read()",
    "copy": "(subprocess.run(['cp', TRUTH, 'copy']), open('copy').read())[1]",
    "python": "subprocess.run([sys.executable, '-c', f'print(open({TRUTH!r}).read())'], capture_output=True, text=True).stdout",
    "python-without-site": "subprocess.run([sys.executable, '-ISs', '-c', f'print(open({TRUTH!r}).read())'], capture_output=True, text=True, env={}).stdout",
    "root-of-itself": "open('/proc/self/root' + TRUTH).read()",
    "root-of-parent": "open(f'/proc/{os.getppid()}/root' + TRUTH).read()",
    "root-of-init": "open('/proc/1/root' + TRUTH).read()",
    "folder-of-parent": "open(f'/proc/{os.getppid()}/cwd/../../competition/' + os.path.basename(TRUTH)).read()",
    "descriptors-of-parent": "''.join(open(f'/proc/{os.getppid()}/fd/{n}', errors='replace').read(10**6) for n in os.listdir(f'/proc/{os.getppid()}/fd') if os.path.isfile(f'/proc/{os.getppid()}/fd/{n}'))",
    "own-descriptors": "''.join(open(f'/proc/self/fd/{n}', errors='replace').read(10**6) for n in os.listdir('/proc/self/fd') if os.path.isfile(f'/proc/self/fd/{n}'))",
    "memory-of-parent": "scan(os.getppid())",
    "own-memory": "scan('self')",
    "objects": "''.join(map(repr, [o for o in __import__('gc').get_objects() if type(o).__name__ in ('GroundTruth', 'Competition', 'Split')]))",
    "c-library": "c_read(TRUTH)",
    "system-call": "system_call(TRUTH)",
    "memory-map": "__import__('mmap').mmap(os.open(TRUTH, 0), 0, prot=1).read().decode()",
    "numpy": "np.fromfile(TRUTH, np.uint8).tobytes().decode()",
    "numpy-text": "chr(10).join(np.loadtxt(TRUTH, str, delimiter='|'))",
    "pandas": "__import__('pandas').read_csv(TRUTH).to_csv(index=False)",
    "pyarrow": "__import__('pyarrow').OSFile(TRUTH).read().decode()",
    "opencv": "__import__('cv2').FileStorage(TRUTH, 0).root().string()",
    "sqlite": "str(__import__('sqlite3').connect('file:' + PLACE + '/workspace/leaderboard.db?mode=ro', uri=True).execute('select * from per_query').fetchall())",
    "mount": "(os.mkdir('m'), subprocess.run(['mount', '--bind', COMPETITION, 'm']), open('m/' + os.path.basename(TRUTH)).read())[2]",
    "unshare": "subprocess.run(['unshare', '-mUr', 'cat', TRUTH], capture_output=True, text=True).stdout",
    "nsenter": "subprocess.run(['nsenter', '-t', '1', '-m', 'cat', TRUTH], capture_output=True, text=True).stdout",
    "chroot": "subprocess.run(['chroot', '/', 'cat', TRUTH], capture_output=True, text=True).stdout",
    "debugger": "trace_parent()",
    "handle": "by_handle(TRUTH)",
    "send-file": "send_file(TRUTH)",
    "spawn": "(os.waitpid(os.posix_spawn('/bin/cp', ['cp', TRUTH, 'copy'], {}), 0), open('copy').read())[1]",
    "vfork": "subprocess.run(f'cat {TRUTH}', shell=True, capture_output=True, text=True).stdout",
    "zip": "__import__('zipimport') and __import__('tarfile').open('t.tar', 'w').add(TRUTH) or open('t.tar', errors='replace').read()",
    "thread": "__import__('concurrent.futures').futures.ThreadPoolExecutor(1).submit(lambda: open(TRUTH).read()).result()",
    "processes": "__import__('joblib').Parallel(n_jobs=2)(__import__('joblib').delayed(eval)(f'open({TRUTH!r}).read()') for _ in range(2))[0]",
    "service": "subprocess.run(['systemd-run', '--pipe', 'cat', TRUTH], capture_output=True, text=True).stdout",
    "later": "subprocess.Popen(['sh', '-c', f'sleep 3; cat {TRUTH} > {PLACE}/out/stolen'], start_new_session=True) and ''",
    "no-sandbox-variable": "subprocess.run([sys.executable, '-c', f'print(open({TRUTH!r}).read())'], capture_output=True, text=True, env={'LANDMARK_SANDBOX': 'off'}).stdout",
    "nested-command": "subprocess.run([sys.executable, '-m', 'landmark', 'data', 'check', COMPETITION], capture_output=True, text=True).stdout",
    "loopback": "block_device()",
}  # fmt: skip
_HELPERS = """
def scan(pid):
    needle, text = NEEDLE, ""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            if "rw" in line:
                start, stop = (int(number, 16) for number in line.split()[0].split("-"))
                try:
                    memory.seek(start); block = memory.read(min(stop - start, 1 << 26))
                except (OSError, ValueError, OverflowError):
                    continue
                place = block.find(needle)
                if place >= 0: text += block[max(0, place - 200):place + 4000].decode("latin-1")
    return text
def c_read(path):
    libc = ctypes.CDLL(None); libc.fopen.restype = ctypes.c_void_p; file = libc.fopen(path.encode(), b"r")
    buffer = ctypes.create_string_buffer(10**6)
    libc.fread(buffer, 1, 10**6, ctypes.c_void_p(file)) if file else 0
    return buffer.value.decode()
def system_call(path):
    libc, buffer = ctypes.CDLL(None), ctypes.create_string_buffer(10**6)
    descriptor = libc.syscall(257, -100, path.encode(), 0)
    libc.syscall(0, descriptor, buffer, 10**6)
    return buffer.value.decode()
def by_handle(path):
    libc = ctypes.CDLL(None, use_errno=True); handle = ctypes.create_string_buffer(136); mount = ctypes.c_int()
    handle[0:4] = (128).to_bytes(4, "little")
    libc.name_to_handle_at(-100, path.encode(), handle, ctypes.byref(mount), 0)
    descriptor = libc.open_by_handle_at(os.open("/", 0), handle, 0)
    return os.read(descriptor, 10**6).decode()
def send_file(path):
    out = os.open("sent", os.O_RDWR | os.O_CREAT)
    os.sendfile(out, os.open(path, 0), 0, 10**6)
    return os.pread(out, 10**6, 0).decode()
def trace_parent():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, os.getppid(), 0, 0): raise OSError(ctypes.get_errno(), "ptrace")
    libc.ptrace(17, os.getppid(), 0, 0)
    return scan(os.getppid())
def block_device():
    for name in os.listdir("/sys/block"):
        try:
            with open(f"/dev/{name}", "rb") as device: return device.read(1 << 20).decode("latin-1")
        except OSError: continue
    return ""
def rank_by(text, queries, index):
    truth = dict(line.split(",")[:2] for line in text.splitlines() if line.count(",") >= 2)
    place = {image: row for row, image in enumerate(index.ids)}
    best = [[place[image] for image in truth.get(query, "").split() if image in place][:3] for query in queries.ids]
    for target in ("stolen", PLACE + "/out/stolen", os.path.expanduser("~/stolen"), "/tmp/torture-stolen"):
        try: open(target, "w").write(text)
        except OSError: pass
    print(text)
    return Ranking(queries.ids, index.ids, np.array([row + [-1] * (3 - len(row)) for row in best])) if any(best) else None
"""
_ODD_FILES = {
    "no-class": "x = 1",
    "two-classes": "from harness import Retrieval\nclass A(Retrieval):\n    def rank(self, q): pass\nclass B(A): pass\nclass C(Retrieval):\n    def rank(self, q): pass",
    "syntax": "def (:",
    "nul": "x = 1\0",
    "not-utf-8": "x = '\udcff'",
    "deep": "x = " + "(" * 3000,
    "long": "x = 1\n" * 400_000,
    "no-dataclass": "from harness import Retrieval\nclass Hostile(Retrieval):\n    def __init__(self, a): pass\n    def fit(self, d): pass\n    def rank(self, q): pass",
    "rude-metaclass": "from harness import Retrieval\nclass M(type(Retrieval)):\n    def __getattribute__(s, n): raise RuntimeError(n)\nclass Hostile(Retrieval, metaclass=M): pass",
    "rude-fields": "from dataclasses import dataclass, field\nfrom harness import Retrieval\nclass E:\n    def __repr__(s): raise RuntimeError\n    __str__ = __eq__ = __hash__ = __repr__\n@dataclass\nclass Hostile(Retrieval):\n    x: object = field(default_factory=E)\n    def fit(self, d): pass\n    def rank(self, q): pass",
    "rude-annotation": "from dataclasses import dataclass\nfrom harness import Retrieval\n@dataclass\nclass Hostile(Retrieval):\n    x: 'print(1/0)' = 1\n    def fit(self, d): pass\n    def rank(self, q): pass",
    "rude-chunk": "from dataclasses import dataclass\nfrom harness import Retrieval\n@dataclass\nclass Hostile(Retrieval):\n    chunk = -3\n    def fit(self, d): pass\n    def rank(self, q): pass",
    "odd-modules": "from dataclasses import dataclass\nfrom harness import Retrieval\n@dataclass\nclass Hostile(Retrieval):\n    modules = (1, None, '\\n', 'no such')\n    ladder = 7\n    chunk = 'x'\n    def fit(self, d): pass\n    def rank(self, q): pass",
    "shadows-harness": "import sys, types\nsys.modules['harness'] = types.ModuleType('harness')",
    "answers-for-the-parent": "import os, sys\nfor n in range(3, 40):\n    try: os.write(n, b'{\"solutions\": [], \"ok\": true}\\n' * 1000)\n    except OSError: pass\nos._exit(0)",
    "writes-to-all-descriptors": "import os\nfor n in range(3, 40):\n    try: os.write(n, bytes(range(256)) * 300)\n    except OSError: pass",
}  # fmt: skip


def hostile_sources(**values: str) -> dict[str, str]:
    """Return the source of each hostile solution by its name; `values` are the paths that the template names."""
    return {
        **dict(_timed(values)),
        **dict(_actions(values)),
        **dict(_answers(values)),
        **dict(_reads(values)),
        **_ODD_FILES,
    }


def _fill(values: dict[str, str], act: str = "pass", **moments: str) -> str:
    places = {name: moments.get(name, "") for name in _MOMENTS}
    places["in_class"] = places["in_class"] or "pass"
    places["post_init"] = places["post_init"] or "pass"
    return TEMPLATE.format(act=act, **places, **values)


def _timed(values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each action at each moment, in a thread and in a child."""
    for name, action in _ACTIONS.items():
        for moment in _MOMENTS:
            yield f"{name}-{moment}", _fill(values, action, **{moment: "act()"})
        yield f"{name}-in-thread", _fill(values, action, in_rank="in_thread()")
        yield f"{name}-in-child", _fill(values, action, in_fit="in_child()")
        yield f"{name}-at-exit", _fill(values, action, at_import="atexit.register(act)")


def _actions(values: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, action in _SINGLE.items():
        yield name, _fill(values, action, in_fit="enter(); act()", at_import=_ENTER)
        yield f"{name}-at-import", _fill(values, action, at_import="act()")


_ENTER = """
def enter():
    folder = next((word for word in sys.argv[1:] if os.path.isdir(word)), None) or os.environ.get("TMPDIR", ".")
    os.chdir(folder)
"""


def _answers(values: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, answer in _ANSWERS.items():
        yield f"answer-{name}", _fill(values, in_rank=f"return {answer}")


def _reads(values: dict[str, str]) -> Iterator[tuple[str, str]]:
    helpers = _HELPERS.replace("NEEDLE", 'b",Pri" + b"vate"')
    for name, read in _READS.items():
        body = f"text = {read}; answer = rank_by(text, queries, index)\n        if answer is not None: return answer"
        yield f"read-{name}", _fill(values, at_import=helpers, in_rank=body)
        at_import = f"{helpers}\ntry: TEXT = {read}\nexcept BaseException: TEXT = ''"
        yield (
            f"read-{name}-at-import",
            _fill(
                values,
                at_import=at_import,
                in_rank="answer = rank_by(TEXT, queries, index)\n        if answer is not None: return answer",
            ),
        )
