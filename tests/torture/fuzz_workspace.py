"""Fuzzing of what a workspace holds, of what processes of solutions reply, and of model files."""

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from harness.data.competition import Competition
from harness.data.embeddings.embedding_store import EmbeddingFolder, EmbeddingRecord, StoredPart
from harness.solution.description_reply import ErrorReply, read_reply, write_reply
from harness.solution.inspection import describe_class, describe_configuration
from harness.solution.registry import load_class, read_register
from harness.supervision.messages import CommandMessages
from harness.supervision.usage import Usage
from harness.workspace import Workspace
from solutions.descriptors.networks.sources.onnx_file import load_onnx, named_errors
from solutions.descriptors.networks.sources.torch_archive import check_exported, check_torchscript
from tests.factories.competitions import make_competition
from tests.torture.fuzzing import REFUSALS, FuzzPart, faults_of, write
from tests.torture.mutation import TOKENS, mutate
from tests.torture.part import Fault

RECORD = EmbeddingRecord(4, {"index": StoredPart("index-1", "abc", 3, 3)}, ("a.npz",), "2026-01-01")


class WorkspacePart(FuzzPart):
    """Read a changed register, record of embeddings or mark of a workspace."""

    share = 0.52
    name = "fuzz-workspace"

    def prepare_samples(self, folder: Path) -> None:
        """Write a workspace with one file of each kind."""
        self.workspace = folder / "workspace"
        workspace = Workspace.open(self.workspace)
        competition = Competition.open(make_competition(folder / "competition", size=8), workspace.descriptors)
        self.embeddings = EmbeddingFolder(competition.index.source)
        self.embeddings.path("mine").mkdir(parents=True)
        self.embeddings.write("mine", RECORD)
        path = next(self.embeddings.path("mine").iterdir())
        workspace.register.write_text(json.dumps({"mine": "/a/mine.py"}))
        self.files = {file: file.read_bytes() for file in (path, workspace.register, self.workspace / "workspace.json")}

    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Change one file, read all, and restore it."""
        random = Random(seed)
        path = random.choice(sorted(self.files))
        write(path, mutate(random, [self.files[path]]))
        faults = faults_of(lambda: self._read(path), REFUSALS)
        write(path, self.files[path])
        return 1, faults

    def _read(self, path: Path) -> None:
        if path.name == "workspace.json":
            Workspace.open(self.workspace)
        elif path.name == "solutions.json":
            read_register(path)
        else:
            self.embeddings.names()
            self.embeddings.read("mine")


class ReplyPart(FuzzPart):
    """Read changed replies and messages of processes that run solutions."""

    share = 0.33
    is_short = True
    name = "fuzz-replies"
    tokens = (*TOKENS, b"done", b"start", b"progress", b"9" * 400, b"{" * 2000, b'"kind"', b"1e999")

    def prepare_samples(self, folder: Path) -> None:
        """Collect good replies and messages."""
        messages = [b"start 2.5\n", b'progress {"what": "x", "done": 1, "total": 2}\n', b"done\n"]
        self.samples = [*map(str.encode, (*_replies("hash"), *_replies("mean_hash"))), *messages]

    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Read a changed reply as a reply and as messages."""
        line = mutate(Random(seed), self.samples, self.tokens)
        return 1, [*faults_of(lambda: _read_reply(line), REFUSALS), *faults_of(lambda: _read_messages(line), REFUSALS)]


def _replies(name: str) -> tuple[str, str]:
    cls = load_class(name)
    described = describe_class(cls, "built in")
    return write_reply(described), write_reply(describe_configuration(name, cls, described))


def _read_reply(line: bytes) -> None:
    reply = read_reply(line)
    if isinstance(reply, ErrorReply):
        reply.error()
    elif hasattr(reply, "description"):
        reply.description("a.py")


def _read_messages(line: bytes) -> None:
    CommandMessages().receive(line, Usage(1.0, 1000.0))


class ModelPart(FuzzPart):
    """Read a changed model of ONNX, or an archive of torch."""

    share = 0.91
    name = "fuzz-models"

    def prepare_samples(self, folder: Path) -> None:
        """Write a small model, and archives as torch writes them."""
        graph = helper.make_graph(
            [helper.make_node("Conv", ["image", "kernel"], ["maps"])], "small",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 8, 8])],
            [helper.make_tensor_value_info("maps", TensorProto.FLOAT, ["n", 2, 8, 8])],
            [numpy_helper.from_array(np.ones((2, 3, 1, 1), np.float32), "kernel")],
        )  # fmt: skip
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        program = json.dumps({"graph_module": {"graph": {"nodes": [{"target": "torch.ops.aten.relu.default"}]}}})
        exported = {"models/model.json": program, "version": "1", "data/weights/model_weights_config.json": "{}"}
        self.samples = [model.SerializeToString(), _archive({"code/a.py": "x", "data.pkl": "x"}), _archive(exported)]

    def read(self, random: Random) -> None:
        """Read the file in one of the ways, as the conversion of a network does."""
        with named_errors(str(self.path)):
            random.choice((load_onnx, check_torchscript, check_exported))(self.path)


def _archive(members: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"archive/{name}", text)
    return buffer.getvalue()


def workspace_parts() -> list[FuzzPart]:
    """Return all parts of this module."""
    return [WorkspacePart(), ReplyPart(), ModelPart()]
