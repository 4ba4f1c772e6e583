"""LiteRT files that are made by hand, operation by operation, of which everything is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

flatbuffers = pytest.importorskip("flatbuffers", reason="flatbuffers, of ai-edge-litert, is not installed")
schema: Any = pytest.importorskip(
    "ai_edge_litert.schema_py_generated", reason="ai-edge-litert is not installed"
)

_TYPES = {
    np.dtype(np.float32): schema.TensorType.FLOAT32,
    np.dtype(np.uint8): schema.TensorType.UINT8,
    np.dtype(np.int8): schema.TensorType.INT8,
    np.dtype(np.int32): schema.TensorType.INT32,
    np.dtype(np.int64): schema.TensorType.INT64,
}


@dataclass
class LiteRtFile:
    """A file in the making: tensors and operations are numbered in the order in which they are added."""

    model: Any = field(default_factory=schema.ModelT)

    def __post_init__(self) -> None:
        self.model.version = 3
        self.model.operatorCodes = []
        self.model.buffers = [schema.BufferT()]  # the first one is empty by convention
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.model.subgraphs = [self.graph]

    def tensor(
        self,
        shape: tuple[int, ...],
        dtype: Any = np.float32,
        *,
        scale: float | None = None,
        zero_point: int = 0,
        content: np.ndarray | None = None,
    ) -> int:
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.buffer = list(shape), _TYPES[np.dtype(dtype)], 0
        tensor.name = f"tensor {len(self.graph.tensors)}"
        if -1 in shape:
            tensor.shapeSignature = list(shape)
            tensor.shape = [abs(side) for side in shape]
        if scale is not None:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale, tensor.quantization.zeroPoint = [scale], [zero_point]
        if content is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(content.astype(dtype)).tobytes(), np.uint8)
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def constant(self, content: np.ndarray, **quantisation: Any) -> int:
        return self.tensor(content.shape, content.dtype, content=content, **quantisation)

    def operation(
        self, kind: str, inputs: list[int], output: int, options: str | None = None, **values: Any
    ) -> int:
        """Adds an operation such as ``SOFTMAX``, with options such as ``SoftmaxOptions``; its output."""
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, kind)
        code.deprecatedBuiltinCode, code.version = code.builtinCode, 1
        self.model.operatorCodes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs, operator.outputs = inputs, [output]
        if options is not None:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, options)
            operator.builtinOptions = getattr(schema, f"{options}T")()
            for name, value in values.items():
                setattr(operator.builtinOptions, name, value)
        self.graph.operators.append(operator)
        return output

    def content(self, inputs: list[int], outputs: list[int]) -> bytes:
        self.graph.inputs, self.graph.outputs = inputs, outputs
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())


def classifier(
    weights: np.ndarray,
    shape: tuple[int, ...] = (1, 4, 4, 3),
    *,
    dtype: Any = np.float32,
    end: str | None = "SOFTMAX",
    beta: float = 1.0,
    signature: tuple[int, ...] | None = None,
) -> bytes:
    """A file that gives weights @ input, all of it, or what `end` makes of that.

    Args:
        weights: (classes, samples of the input): real values; those of quantised files are multiples of 1/64.
        shape: Of the input.
        dtype: float32, or uint8 or int8 whose zero points are the middle and whose steps are 1/64 for input
            and weights and 1/8 for logits.
        end: SOFTMAX, ARG_MAX or None.
        beta: Of the softmax.
        signature: The shape with -1 where a side may be any.
    """
    file = LiteRtFile()
    integer = np.issubdtype(dtype, np.integer)
    middle = 128 if dtype == np.uint8 else 0
    fine: dict[str, Any] = {"scale": 1 / 64, "zero_point": middle} if integer else {}
    coarse: dict[str, Any] = {"scale": 1 / 8, "zero_point": middle} if integer else {}
    stored = np.rint(weights * 64 + middle) if integer else weights
    picture = file.tensor(signature or shape, dtype, **fine)
    flat = file.tensor((1, weights.shape[1]), dtype, **fine)
    sides = file.constant(np.array([1, weights.shape[1]], np.int32))
    file.operation("RESHAPE", [picture, sides], flat, "ReshapeOptions", newShape=[1, weights.shape[1]])
    rows = file.constant(stored.astype(dtype), **fine)
    logits = file.tensor((1, len(weights)), dtype, **coarse)
    output = file.operation("FULLY_CONNECTED", [flat, rows, -1], logits, "FullyConnectedOptions")
    if end == "SOFTMAX":
        lowest = -128 if dtype == np.int8 else 0
        scale = {"scale": 1 / 256, "zero_point": lowest} if integer else {}
        output = file.tensor((1, len(weights)), dtype, **scale)
        file.operation("SOFTMAX", [logits], output, "SoftmaxOptions", beta=beta)
    elif end == "ARG_MAX":
        output = file.tensor((1,), np.int64)
        axis = file.constant(np.array([-1], np.int32))
        file.operation("ARG_MAX", [logits, axis], output, "ArgMaxOptions", outputType=schema.TensorType.INT64)
    return file.content([picture], [output])


def segmenter(factors: np.ndarray, shape: tuple[int, ...] = (1, 6, 5, 3), axis: int = 3) -> bytes:
    """A float file that gives the argmax along an axis of the input, channel by channel times a factor."""
    file = LiteRtFile()
    picture, scaled = file.tensor(shape), file.tensor(shape)
    file.operation("MUL", [picture, file.constant(factors.astype(np.float32))], scaled, "MulOptions")
    classes = file.tensor(shape[:axis] + shape[axis + 1 :], np.int64)
    place = file.constant(np.array([axis], np.int32))
    file.operation("ARG_MAX", [scaled, place], classes, "ArgMaxOptions", outputType=schema.TensorType.INT64)
    return file.content([picture], [classes])
