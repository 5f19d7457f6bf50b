"""Import of OpenVINO, which has no wheel for some platforms."""

import sys
from types import ModuleType
from typing import cast

from harness import HarnessError, install_command


def import_openvino() -> ModuleType:
    """Return the module openvino. Raises HarnessError if it is not installed.

    Importing OpenVINO makes `openvino_telemetry` report the import to Intel unless CI is set. Here OpenVINO finds that
    package missing, and uses its own substitute, which sends nothing.
    """
    sys.modules.setdefault("openvino_telemetry", cast(ModuleType, None))  # importing it now raises ImportError
    try:
        import openvino
    except ImportError:
        raise HarnessError(f"openvino is not installed; install it with: {install_command()}") from None
    module: ModuleType = openvino
    # This builds a table. Two threads that do so at once, in their first inferences, wait for each other for ever.
    module.Type.f32.to_dtype()
    return module
