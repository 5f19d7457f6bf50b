"""What a hostile solution tries in its process: to read hidden files, to write to others' files, to end other processes.

`python -m tests.harness.sandbox.hostile_actions TARGETS KIND` restricts itself by the policy in the file TARGETS, tries
everything, and prints what each action returned or raised as JSON. An action that reads returns what it got. KIND is
`all`; `landlock`: without a mount namespace; or `reads`: only plain reading, to see that it works where nothing is hidden.
"""

import ctypes
import fcntl
import json
import mmap
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.sandbox import restriction
from harness.sandbox.policy import SandboxPolicy

Action = Callable[["Targets"], object]
READS: list[Action] = []
WRITES: list[Action] = []
SIGNALS: list[Action] = []

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long


@dataclass(frozen=True)
class Targets:
    """The paths and processes that the actions aim at."""

    truth: str
    database: str
    folds: str
    other_run: str
    descriptors: str
    installation: str
    own: str  # the folder that may be written
    home: str
    parent: int
    sibling: int
    port: int  # where a service of this machine gives the truth away
    service: str  # and its socket file
    policy: str


def reads(action: Action) -> Action:
    READS.append(action)
    return action


def writes(action: Action) -> Action:
    WRITES.append(action)
    return action


def signals(action: Action) -> Action:
    SIGNALS.append(action)
    return action


def content(descriptor: int) -> bytes:
    return os.read(descriptor, 10_000)


def call(number: int, *arguments: object) -> int:
    """Make a system call; raise OSError if it fails."""
    return checked(LIBC.syscall(number, *arguments))


def checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def output(*command: str, **options: object) -> bytes:
    return subprocess.run(command, capture_output=True, timeout=20, check=False, **options).stdout  # type: ignore[call-overload,no-any-return]


# Reading hidden files


@reads
def read_by_open(t: Targets) -> object:
    return Path(t.truth).read_bytes()


@reads
def read_by_os_open(t: Targets) -> object:
    return content(os.open(t.truth, os.O_RDONLY))


@reads
def read_beside_a_folder(t: Targets) -> object:
    folder = os.open(os.path.dirname(t.truth), os.O_RDONLY)
    return content(os.open(os.path.basename(t.truth), os.O_RDONLY, dir_fd=folder))


@reads
def read_from_within_its_folder(t: Targets) -> object:
    os.chdir(os.path.dirname(t.truth))
    try:
        return Path(os.path.basename(t.truth)).read_bytes()
    finally:
        os.chdir("/")


@reads
def read_by_an_odd_path(t: Targets) -> object:
    folder, name = os.path.split(t.truth)
    return Path(f"//{folder}/./../{os.path.basename(folder)}//{name}").read_bytes()


@reads
def read_through_the_root_of_this_process(t: Targets) -> object:
    return Path(f"/proc/self/root{t.truth}").read_bytes()


@reads
def read_through_the_root_of_the_parent(t: Targets) -> object:
    return Path(f"/proc/{t.parent}/root{t.truth}").read_bytes()


@reads
def read_a_symbolic_link(t: Targets) -> object:
    link = Path(t.own, "link")
    link.symlink_to(t.truth)
    return link.read_bytes()


@reads
def read_a_link_to_its_folder(t: Targets) -> object:
    link = Path(t.own, "folder_link")
    link.symlink_to(os.path.dirname(t.truth))
    return (link / os.path.basename(t.truth)).read_bytes()


@reads
def read_a_hard_link(t: Targets) -> object:
    os.link(t.truth, f"{t.own}/hard")
    return Path(t.own, "hard").read_bytes()


@reads
def read_a_hard_link_of_a_descriptor(t: Targets) -> object:
    descriptor = os.open(t.truth, os.O_PATH)
    os.link(f"/proc/self/fd/{descriptor}", f"{t.own}/hard2", follow_symlinks=True)
    return Path(t.own, "hard2").read_bytes()


@reads
def read_after_renaming_it(t: Targets) -> object:
    os.rename(t.truth, f"{t.truth}.x")
    return Path(f"{t.truth}.x").read_bytes()


@reads
def read_after_moving_it(t: Targets) -> object:
    os.rename(t.truth, f"{t.own}/moved")
    return Path(t.own, "moved").read_bytes()


@reads
def read_after_moving_its_folder(t: Targets) -> object:
    os.rename(os.path.dirname(t.truth), f"{t.own}/folder")
    return Path(t.own, "folder", os.path.basename(t.truth)).read_bytes()


@reads
def read_after_exchanging_it(t: Targets) -> object:
    Path(t.own, "mine").touch()
    names = os.fsencode(t.truth), os.fsencode(f"{t.own}/mine")
    checked(LIBC.renameat2(-100, names[0], -100, names[1], 2))
    return Path(t.own, "mine").read_bytes()


@reads
def read_by_opening_a_path_descriptor_again(t: Targets) -> object:
    return content(os.open(f"/proc/self/fd/{os.open(t.truth, os.O_PATH)}", os.O_RDONLY))


@reads
def read_a_path_descriptor(t: Targets) -> object:
    return content(os.open(t.truth, os.O_PATH))


@reads
def map_a_path_descriptor(t: Targets) -> object:
    with mmap.mmap(os.open(t.truth, os.O_PATH), 0, prot=mmap.PROT_READ) as mapped:
        return bytes(mapped)


@reads
def send_a_path_descriptor_to_a_file(t: Targets) -> object:
    file = os.open(f"{t.own}/sent", os.O_RDWR | os.O_CREAT)
    os.sendfile(file, os.open(t.truth, os.O_PATH), 0, 10_000)
    return os.pread(file, 10_000, 0)


@reads
def copy_a_path_descriptor(t: Targets) -> object:
    file = os.open(f"{t.own}/copied", os.O_RDWR | os.O_CREAT)
    os.copy_file_range(os.open(t.truth, os.O_PATH), file, 10_000)
    return os.pread(file, 10_000, 0)


@reads
def read_by_the_c_library(t: Targets) -> object:
    return content(checked(LIBC.open(os.fsencode(t.truth), 0)))


@reads
def read_by_fopen(t: Targets) -> object:
    LIBC.fopen.restype = ctypes.c_void_p
    file, buffer = LIBC.fopen(os.fsencode(t.truth), b"r"), ctypes.create_string_buffer(1000)
    if not file:
        raise OSError(ctypes.get_errno(), "fopen")
    LIBC.fread(buffer, 1, 999, ctypes.c_void_p(file))
    return buffer.value


@reads
def read_by_openat2(t: Targets) -> object:
    how = (ctypes.c_uint64 * 3)(0, 0, 0)
    return content(call(437, -100, os.fsencode(t.truth), ctypes.byref(how), ctypes.c_size_t(24)))


@reads
def read_by_its_handle(t: Targets) -> object:
    handle = (ctypes.c_uint32 * 34)(128)
    mount = ctypes.c_int()
    checked(LIBC.name_to_handle_at(-100, os.fsencode(t.truth), handle, ctypes.byref(mount), 0))
    return content(checked(LIBC.open_by_handle_at(os.open("/", os.O_RDONLY), handle, 0)))


@reads
def read_by_io_uring(t: Targets) -> object:
    parameters = (ctypes.c_uint32 * 30)()
    ring = call(425, 4, ctypes.byref(parameters))
    queue = mmap.mmap(ring, parameters[16] + 4 * parameters[0], offset=0)
    entries = mmap.mmap(ring, 64 * parameters[0], offset=0x10000000)
    results = mmap.mmap(ring, parameters[25] + 16 * parameters[1], offset=0x8000000)
    path = ctypes.create_string_buffer(os.fsencode(t.truth))
    entry = ctypes.c_uint8 * 64
    sqe = entry.from_buffer(entries)
    ctypes.memset(ctypes.addressof(sqe), 0, 64)
    sqe[0] = 18  # IORING_OP_OPENAT
    ctypes.c_int32.from_buffer(sqe, 4).value = -100
    ctypes.c_uint64.from_buffer(sqe, 16).value = ctypes.addressof(path)
    ctypes.c_uint32.from_buffer(queue, parameters[11]).value = 1  # the tail of the submission queue
    call(426, ring, 1, 1, 1, None, ctypes.c_size_t(0))
    result = ctypes.c_int32.from_buffer(results, parameters[25] + 8).value
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return content(result)


@reads
def read_by_cat(t: Targets) -> object:
    return output("cat", t.truth)


@reads
def read_by_a_shell(t: Targets) -> object:
    return output("sh", "-c", f'while read line; do echo "$line"; done < "{t.truth}"')


@reads
def read_by_a_copy(t: Targets) -> object:
    output("cp", "--reflink=auto", t.truth, f"{t.own}/copy")
    return Path(t.own, "copy").read_bytes()


@reads
def read_in_a_new_session(t: Targets) -> object:
    return output("cat", t.truth, start_new_session=True)


@reads
def read_by_another_interpreter(t: Targets) -> object:
    return output(sys.executable, "-I", "-S", "-c", f"print(open({t.truth!r}).read())")


@reads
def read_after_a_fork(t: Targets) -> object:
    source, sink = os.pipe()
    if not os.fork():
        try:
            os.setsid()
            os.write(sink, Path(t.truth).read_bytes())
        finally:
            os._exit(0)
    os.close(sink)
    return content(source)


@reads
def read_as_a_script(t: Targets) -> object:
    return output(t.truth)


@reads
def read_in_a_thread(t: Targets) -> object:
    found: list[bytes] = []

    def read() -> None:
        with suppress(OSError):
            found.append(Path(t.truth).read_bytes())

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    return found


@reads
def read_by_sqlite(t: Targets) -> object:
    return repr(sqlite3.connect(t.database).execute("select * from scores").fetchall())


@reads
def read_by_sqlite_without_locks(t: Targets) -> object:
    connection = sqlite3.connect(f"file:{t.database}?immutable=1", uri=True)
    return repr(connection.execute("select * from scores").fetchall())


@reads
def attach_the_database(t: Targets) -> object:
    connection = sqlite3.connect(f"{t.own}/own.db")
    connection.execute("attach ? as board", (t.database,))
    return repr(connection.execute("select * from board.scores").fetchall())


@reads
def read_the_folds(t: Targets) -> object:
    return Path(t.folds).read_bytes()


@reads
def read_the_labels(t: Targets) -> object:
    return Path(t.truth).with_name("train.csv").read_bytes()


@reads
def read_another_run(t: Targets) -> object:
    return Path(t.other_run, "submission.csv").read_bytes()


@reads
def read_the_password_file(t: Targets) -> object:
    return Path(t.home, ".pgpass").read_bytes()


@reads
def read_the_memory_of_the_parent(t: Targets) -> object:
    return content(os.open(f"/proc/{t.parent}/mem", os.O_RDONLY))


@reads
def read_the_environment_of_the_parent(t: Targets) -> object:
    return Path(f"/proc/{t.parent}/environ").read_bytes()


@reads
def read_the_open_files_of_the_parent(t: Targets) -> object:
    return [Path(f"/proc/{t.parent}/fd/{each}").read_bytes() for each in os.listdir(f"/proc/{t.parent}/fd")]


@reads
def take_a_descriptor_of_the_parent(t: Targets) -> object:
    process = os.pidfd_open(t.parent)
    return [content(call(438, process, number, 0)) for number in range(3, 40)]


@reads
def copy_memory_of_the_parent(t: Targets) -> object:
    buffer = ctypes.create_string_buffer(8)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    checked(LIBC.process_vm_readv(t.parent, vector, ctypes.c_ulong(1), vector, ctypes.c_ulong(1), ctypes.c_ulong(0)))
    return b"memory"


@reads
def trace_the_parent(t: Targets) -> object:
    return f"traced {checked(LIBC.ptrace(16, t.parent, None, None))}"


@reads
def trace_the_sibling(t: Targets) -> object:
    return f"traced {checked(LIBC.ptrace(0x4206, t.sibling, None, None))}"


@reads
def mount_the_folder_elsewhere(t: Targets) -> object:
    os.makedirs(f"{t.own}/mounted", exist_ok=True)
    checked(LIBC.mount(os.fsencode(os.path.dirname(t.truth)), os.fsencode(f"{t.own}/mounted"), None, 0x1000, None))
    return Path(t.own, "mounted", os.path.basename(t.truth)).read_bytes()


@reads
def mount_in_a_namespace_of_its_own(t: Targets) -> object:
    source, sink = os.pipe()
    if not os.fork():
        try:
            checked(LIBC.unshare(0x10020000))
            os.write(sink, bytes(str(mount_the_folder_elsewhere(t)), "ascii"))
        finally:
            os._exit(0)
    os.close(sink)
    return content(source)


@reads
def copy_the_mount_tree(t: Targets) -> object:
    tree = call(428, -100, os.fsencode(os.path.dirname(t.truth)), 1)
    return content(os.open(os.path.basename(t.truth), os.O_RDONLY, dir_fd=tree))


@reads
def unmount_the_root(_: Targets) -> object:
    return f"unmounted {checked(LIBC.umount2(b'/', 2))}"


@reads
def enter_the_mounts_of_the_first_process(t: Targets) -> object:
    checked(LIBC.setns(os.open("/proc/1/ns/mnt", os.O_RDONLY), 0))
    return Path(t.truth).read_bytes()


@reads
def change_the_root(t: Targets) -> object:
    os.chroot(os.path.dirname(t.truth))
    return Path("/", os.path.basename(t.truth)).read_bytes()


@reads
def pivot_the_root(t: Targets) -> object:
    return f"pivoted {call(155, os.fsencode(t.own), os.fsencode(t.own))}"


@reads
def read_the_disk(_: Targets) -> object:
    disks = [f"/dev/{name}" for name in os.listdir("/sys/class/block")]
    found = [content(os.open(disk, os.O_RDONLY)) for disk in disks[:1]]
    return b"disk" if found else "no disk"


@reads
def make_a_device_of_the_disk(t: Targets) -> object:
    device = os.stat(t.truth).st_dev
    os.mknod(f"{t.own}/disk", 0o60600, device)
    return b"disk" + content(os.open(f"{t.own}/disk", os.O_RDONLY))


@reads
def read_the_memory_of_the_machine(_: Targets) -> object:
    return b"memory" + content(os.open("/dev/mem", os.O_RDONLY))


@reads
def read_the_memory_of_the_kernel(_: Targets) -> object:
    return b"memory" + content(os.open("/proc/kcore", os.O_RDONLY))


@reads
def watch_the_files_that_others_open(t: Targets) -> object:
    group = checked(LIBC.fanotify_init(4, 0))
    checked(LIBC.fanotify_mark(group, 1 | 0x10, ctypes.c_uint64(0x20), -100, os.fsencode(t.truth)))
    return b"watching"


@reads
def load_a_program_into_the_kernel(_: Targets) -> object:
    return f"loaded {call(321, 5, ctypes.create_string_buffer(128), 128)}"


@reads
def watch_the_processor(t: Targets) -> object:
    attributes = ctypes.create_string_buffer(128)
    attributes[4] = 128
    return f"watching {call(298, attributes, t.parent, -1, -1, 0)}"


@reads
def ask_a_service_on_this_machine(t: Targets) -> object:
    with socket.create_connection(("127.0.0.1", t.port), timeout=2) as connection:
        return connection.recv(1000)


@reads
def ask_a_service_by_its_abstract_socket(t: Targets) -> object:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        connection.connect("\0" + t.service)
        return connection.recv(1000)


@reads
def ask_a_service_by_its_socket_file(t: Targets) -> object:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        connection.connect(t.service)
        return connection.recv(1000)


@reads
def read_as_another_user(t: Targets) -> object:
    return output("cat", t.truth, user=65534, group=65534)


@reads
def read_by_compiled_code(t: Targets) -> object:
    from llvmlite import binding, ir

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    kind = ir.FunctionType(ir.IntType(32), [ir.IntType(8).as_pointer(), ir.IntType(32)], var_arg=True)
    module = ir.Module()
    own = ir.Function(module, ir.FunctionType(ir.IntType(32), [ir.IntType(8).as_pointer()]), "read_it")
    builder = ir.IRBuilder(own.append_basic_block())
    builder.ret(builder.call(ir.Function(module, kind, "open"), [own.args[0], ir.Constant(ir.IntType(32), 0)]))
    machine = binding.Target.from_default_triple().create_target_machine()
    engine = binding.create_mcjit_compiler(binding.parse_assembly(str(module)), machine)
    engine.finalize_object()
    compiled = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p)(engine.get_function_address("read_it"))
    return content(checked(compiled(os.fsencode(t.truth))))


# Writing what belongs to others


@writes
def write_the_truth(t: Targets) -> object:
    return Path(t.truth).write_text("x")


@writes
def append_to_the_truth(t: Targets) -> object:
    return content(os.open(t.truth, os.O_WRONLY | os.O_APPEND))


@writes
def cut_the_truth(t: Targets) -> object:
    return os.truncate(t.truth, 0)


@writes
def delete_the_truth(t: Targets) -> object:
    return os.remove(t.truth)


@writes
def replace_the_truth(t: Targets) -> object:
    Path(t.own, "mine").write_text("x")
    return os.replace(f"{t.own}/mine", t.truth)


@writes
def write_through_a_link_named_like_the_submission(t: Targets) -> object:
    link = Path(t.own, "submission.csv")
    link.symlink_to(t.truth)
    try:
        return link.write_text("x")
    finally:
        link.unlink()


@writes
def add_a_table(t: Targets) -> object:
    return Path(t.truth).with_name("new.csv").write_text("x")


@writes
def add_a_folder(t: Targets) -> object:
    return Path(t.truth).with_name("new").mkdir()


@writes
def add_a_link_beside_the_truth(t: Targets) -> object:
    return Path(t.truth).with_name("new").symlink_to(t.own)


@writes
def add_a_pipe_beside_the_truth(t: Targets) -> object:
    return os.mkfifo(Path(t.truth).with_name("pipe"))


@writes
def add_a_socket_beside_the_truth(t: Targets) -> object:
    with socket.socket(socket.AF_UNIX) as own:
        return own.bind(str(Path(t.truth).with_name("socket")))


@writes
def change_the_permissions(t: Targets) -> object:
    return os.chmod(t.truth, 0o700)


@writes
def change_the_owner(t: Targets) -> object:
    return os.chown(t.truth, os.getuid(), os.getgid())


@writes
def change_the_times(t: Targets) -> object:
    return os.utime(t.truth, (0, 0))


@writes
def add_an_attribute(t: Targets) -> object:
    return os.setxattr(t.truth, "user.note", b"x")


@writes
def write_the_database(t: Targets) -> object:
    with sqlite3.connect(t.database) as connection:
        return connection.execute("update scores set score = 1")


@writes
def add_a_journal_to_the_database(t: Targets) -> object:
    return Path(f"{t.database}-journal").write_text("x")


@writes
def write_the_folds(t: Targets) -> object:
    return Path(t.folds).write_text("x")


@writes
def write_another_run(t: Targets) -> object:
    return Path(t.other_run, "submission.csv").write_text("x")


@writes
def move_another_run(t: Targets) -> object:
    return os.rename(t.other_run, f"{t.own}/taken")


@writes
def write_descriptors(t: Targets) -> object:
    with open(t.descriptors, "r+b") as file:
        return file.write(b"x")


@writes
def add_a_fit(t: Targets) -> object:
    return Path(t.descriptors).parent.joinpath("fitted").mkdir()


@writes
def write_compiled_code(t: Targets) -> object:
    return Path(t.installation, "__pycache__", "code.pyc").write_bytes(b"x")


@writes
def write_code_that_starts_with_python(t: Targets) -> object:
    return Path(t.installation, "own.pth").write_text("import os")


@writes
def write_a_customization_of_python(t: Targets) -> object:
    return Path(t.installation, "sitecustomize.py").write_text("import os")


@writes
def write_settings_of_the_user(t: Targets) -> object:
    Path(t.home, ".config", "matplotlib").mkdir(parents=True)
    return Path(t.home, ".config", "matplotlib", "matplotlibrc").write_text("x")


@writes
def write_the_start_of_the_shell(t: Targets) -> object:
    return Path(t.home, ".bashrc").write_text("x")


@writes
def write_into_the_cache(t: Targets) -> object:
    return Path(t.home, ".cache", "landmark", "networks").mkdir(parents=True)


@writes
def write_by_a_child(t: Targets) -> object:
    output("sh", "-c", f'echo x > "{t.truth}"; touch "{t.truth}.new"', start_new_session=True)
    return os.path.exists(f"{t.truth}.new")


@writes
def write_a_setting_of_the_kernel(_: Targets) -> object:
    return Path("/proc/sys/vm/swappiness").write_text(Path("/proc/sys/vm/swappiness").read_text())


@writes
def make_the_parent_the_first_victim(t: Targets) -> object:
    return Path(f"/proc/{t.parent}/oom_score_adj").write_text("1000")


@writes
def write_the_memory_of_the_parent(t: Targets) -> object:
    return os.open(f"/proc/{t.parent}/mem", os.O_WRONLY)


@writes
def write_to_a_terminal(_: Targets) -> object:
    return os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)


@writes
def listen_for_others(_: Targets) -> object:
    with socket.socket() as own:
        return own.bind(("127.0.0.1", 47_311))


# Ending other processes


@signals
def signal_the_parent(t: Targets) -> object:
    return os.kill(t.parent, 0)


@signals
def signal_the_sibling(t: Targets) -> object:
    return os.kill(t.sibling, signal.SIGKILL)


@signals
def signal_a_thread_of_the_sibling(t: Targets) -> object:
    return call(234, t.sibling, t.sibling, signal.SIGKILL)


@signals
def signal_a_process_descriptor(t: Targets) -> object:
    return signal.pidfd_send_signal(os.pidfd_open(t.sibling), signal.SIGKILL)


@signals
def signal_the_group_of_the_sibling(t: Targets) -> object:
    return os.killpg(t.sibling, signal.SIGKILL)


@signals
def queue_a_signal(t: Targets) -> object:
    return checked(LIBC.sigqueue(t.sibling, signal.SIGKILL, ctypes.c_void_p(0)))


@signals
def signal_by_a_child(t: Targets) -> object:
    return subprocess.run(["kill", "-9", str(t.sibling)], capture_output=True, check=True, start_new_session=True)


@signals
def signal_by_input(t: Targets) -> object:
    source, sink = os.pipe()
    fcntl.fcntl(source, fcntl.F_SETOWN, t.sibling)
    fcntl.fcntl(source, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(source, fcntl.F_SETFL, fcntl.fcntl(source, fcntl.F_GETFL) | os.O_ASYNC)
    return os.write(sink, b"x")


@signals
def limit_the_time_of_the_sibling(t: Targets) -> object:
    return resource.prlimit(t.sibling, resource.RLIMIT_CPU, (0, 0))


@signals
def lower_the_priority_of_the_sibling(t: Targets) -> object:
    return os.setpriority(os.PRIO_PROCESS, t.sibling, 19)


def attempt(action: Action, targets: Targets) -> str:
    try:
        return f"returned {action(targets)!r}"
    except Exception as error:  # noqa: BLE001 (any)
        return f"raised {type(error).__name__}: {error}"


def main() -> None:
    targets, kind = Targets(**json.loads(Path(sys.argv[1]).read_text())), sys.argv[2]
    if kind == "landlock":
        restriction.make_read_only = lambda _: False  # type: ignore[assignment]
    sandbox = restriction.restrict(SandboxPolicy.from_json(targets.policy))
    kinds = {"reads": READS, "writes": WRITES, "signals": SIGNALS}
    if kind == "reads":
        kinds = {"reads": [each for each in READS if each.__name__.startswith(("read_by_", "read_a_symbolic"))]}
    results = {kind: {each.__name__: attempt(each, targets) for each in actions} for kind, actions in kinds.items()}
    sys.stdout.write(json.dumps({"sandbox": sandbox, **results}))


if __name__ == "__main__":
    main()
