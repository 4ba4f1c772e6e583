"""Networks in LiteRT files (`.tflite`): they answer, in integers or floating point, and give no gradient.

::

    (N, 3, H, W) --layout, quantise--> interpreter, picture by picture --dequantise, layout--> outputs

A file that ends in a softmax or an argmax is read before it, where the task is about classes: probabilities
in 256 steps are 0 for most classes, and no divergence can be taken of them.
"""

from __future__ import annotations

import threading
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from beholder.errors import UsageError

SUFFIX = ".tflite"

_IDENTIFIER = b"TFL3"  # at byte 4 of every file (schema.fbs, file_identifier)
_COLOURS = 3


class LiteRtNetwork(torch.nn.Module):
    """A LiteRT file as a module: R, G, B pictures in, one tensor or a tuple of them out.

    The input is quantised, and outputs are dequantised, by the scales and zero points of the file. Inputs and
    maps may lie as NHWC, as TensorFlow has them, or as NCHW. The interpreter runs on one core; calls from
    several threads wait for each other.

    Args:
        path: Of the file.

    Raises:
        UsageError: The package `ai-edge-litert` is not installed, the file cannot be read or is none, has
            operations that the package does not know, or takes something else than one colour picture.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._interpreter_class, self._resolver = _interpreter_class(path)
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
        if content[4:8] != _IDENTIFIER:
            raise UsageError(f"{path}: not a LiteRT file (it does not say TFL3 at byte 4)")
        self._lock = threading.Lock()
        self._flatten = False
        self._beta = 1.0
        self._start(content)

    def read_logits(self, *, flatten: bool) -> None:
        """Read the answer before a softmax or argmax that the file ends in.

        Args:
            flatten: Whether maps of 1 x 1 become vectors, as a classifier's answer is one.

        Raises:
            UsageError: The file ends in an argmax and its input has another axis of classes than the last.
        """
        self._flatten = flatten
        content, self._beta = _reading_logits(self._path, self._content)
        if content != self._content:
            self._start(content)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Return the outputs of the file for (N, 3, H, W) pictures, in the order that the file has them.

        Raises:
            ValueError: The file takes pictures of another size.
        """
        pictures = x.detach().cpu().numpy()
        with self._lock:
            runs = [self._run(picture) for picture in pictures]
        outputs = tuple(torch.from_numpy(np.concatenate(parts)) for parts in zip(*runs, strict=True))
        return outputs[0] if len(outputs) == 1 else outputs

    def _start(self, content: bytes) -> None:
        """Make an interpreter of a file's content."""
        self._content = content
        try:
            self._interpreter = self._interpreter_class(
                model_content=content, num_threads=1, experimental_op_resolver_type=self._resolver
            )
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())
            raise UsageError(f"{self._path}: LiteRT cannot run it ({reason})") from error
        inputs = self._interpreter.get_input_details()
        shape = tuple(int(side) for side in inputs[0]["shape"]) if len(inputs) == 1 else ()
        if len(shape) != 4 or _COLOURS not in (shape[1], shape[3]):
            found = " and ".join(str(tuple(map(int, each["shape"]))) for each in inputs)
            raise UsageError(
                f"{self._path}: a network must take one picture, (1, height, width, 3) or "
                f"(1, 3, height, width); this one takes {found}"
            )
        self._channels_last = shape[3] == _COLOURS

    def _run(self, picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The outputs, (1, ...), for one (3, H, W) picture."""
        (taken,) = self._interpreter.get_input_details()
        own = (picture.transpose(1, 2, 0) if self._channels_last else picture)[None]
        if own.shape != tuple(taken["shape"]):
            fixed = taken["shape_signature"]
            if any(side not in (-1, given) for side, given in zip(fixed, own.shape, strict=True)):
                sides = fixed[1:3] if self._channels_last else fixed[2:4]
                raise ValueError(f"it takes {sides[0]} x {sides[1]} pixels")
            self._interpreter.resize_tensor_input(taken["index"], own.shape)
            self._interpreter.allocate_tensors()
        self._interpreter.set_tensor(taken["index"], _quantised(own, taken))
        self._interpreter.invoke()
        details = self._interpreter.get_output_details()
        return [self._laid_out(_dequantised(self._interpreter.get_tensor(d["index"]), d)) for d in details]

    def _laid_out(self, output: NDArray[np.float32]) -> NDArray[np.float32]:
        """An output with channels first, and a vector where that is asked for; times the softmax's beta."""
        if output.ndim == 4 and self._channels_last:
            output = output.transpose(0, 3, 1, 2)
        if self._flatten and output.ndim > 2 and output.shape[1] == output[0].size:
            output = output.reshape(len(output), -1)
        return np.ascontiguousarray(output * np.float32(self._beta))


def _interpreter_class(path: str) -> tuple[Any, Any]:
    """The class of interpreters, and the kernels that they take.

    The built-in kernels compute quantised networks in integers, the same on every processor. XNNPACK, which
    would be taken by default, is faster (7.6 against 13 ms for MobileNet v2 at 224), and says so on standard
    error.
    """
    try:
        module = import_module("ai_edge_litert.interpreter")
    except ImportError as error:
        raise UsageError(f"{path}: a LiteRT file needs its package: pip install ai-edge-litert") from error
    return module.Interpreter, module.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES


def _quantised(values: NDArray[np.float32], details: dict[str, Any]) -> NDArray[Any]:
    """Values as an input takes them: real = scale * (stored - zero point), rounded and clamped."""
    dtype = np.dtype(details["dtype"])
    if not np.issubdtype(dtype, np.integer):
        return np.ascontiguousarray(values.astype(dtype))
    scale, zero_point = _quantisation(details)
    limits = np.iinfo(dtype)
    stored = np.rint(values / scale + zero_point)
    return np.ascontiguousarray(stored.clip(limits.min, limits.max).astype(dtype))


def _dequantised(stored: NDArray[Any], details: dict[str, Any]) -> NDArray[np.float32]:
    """The real values of an output."""
    if not np.issubdtype(stored.dtype, np.integer):
        return stored.astype(np.float32)
    scale, zero_point = _quantisation(details)
    return np.asarray((stored.astype(np.float32) - zero_point) * scale, np.float32)


def _quantisation(details: dict[str, Any]) -> tuple[np.float32, np.float32]:
    """Scale and zero point of a tensor; 1 and 0 of integers that stand for themselves."""
    scale, zero_point = details["quantization"]  # (0.0, 0) where the file says nothing
    return np.float32(scale or 1), np.float32(zero_point)


def _reading_logits(path: str, content: bytes) -> tuple[bytes, float]:
    """A file whose outputs are the inputs of the softmax or argmax at its end, and the softmax's beta.

    What lies between that operation and the output, such as a change of type or shape, is left out too. The
    operations stay in the file, and nobody asks for what they compute.
    """
    schema: Any = import_module("ai_edge_litert.schema_py_generated")
    changed = bytearray(content)
    model = schema.Model.GetRootAs(changed)
    graph = model.Subgraphs(0)
    makers: dict[int, Any] = {}  # operations by the tensors that they make
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        makers.update((int(tensor), operator) for tensor in operator.OutputsAsNumpy())
    kinds = schema.BuiltinOperator
    passing = (kinds.QUANTIZE, kinds.DEQUANTIZE, kinds.RESHAPE, kinds.SQUEEZE, kinds.CAST)
    outputs = graph.OutputsAsNumpy()  # a view: what is written there is in `changed`
    beta = 1.0
    if len(outputs) != 1:
        return content, beta
    tensor = int(outputs[0])
    while (operator := makers.get(tensor)) is not None:
        code = model.OperatorCodes(operator.OpcodeIndex())
        kind = max(
            code.BuiltinCode(), code.DeprecatedBuiltinCode()
        )  # files before 2020 have the latter alone
        tensor = int(operator.InputsAsNumpy()[0])
        if kind == kinds.ARG_MAX and not _along_last_axis(model, graph, operator):
            raise UsageError(f"{path}: it ends in an argmax of another axis than the last; give its logits")
        if kind in (kinds.SOFTMAX, kinds.ARG_MAX):
            outputs[0] = tensor
            if kind == kinds.SOFTMAX:
                options = schema.SoftmaxOptions()
                table = operator.BuiltinOptions()
                options.Init(table.Bytes, table.Pos)
                beta = float(options.Beta())
            return bytes(changed), beta
        if kind not in passing:
            break
    return content, beta


def _along_last_axis(model: Any, graph: Any, operator: Any) -> bool:
    """Whether an argmax runs along the last axis of its input."""
    source, axis = (graph.Tensors(int(tensor)) for tensor in operator.InputsAsNumpy()[:2])
    stored = model.Buffers(axis.Buffer()).DataAsNumpy()
    if isinstance(stored, int):  # without content: the axis is computed
        return False
    number = int.from_bytes(stored.tobytes(), "little", signed=True)
    return number in (-1, source.ShapeLength() - 1)
