"""What COCO calls its 80 kinds of things.

Source: T.-Y. Lin et al., "Microsoft COCO: common objects in context", 2014; `instances_val2017.json`.
"""

from __future__ import annotations

# fmt: off
_NAMES = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
    "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow",
    "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase",
    "frisbee", "skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove", "skateboard",
    "surfboard", "tennis racket", "bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl",
    "banana", "apple", "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake",
    "chair", "couch", "potted plant", "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote",
    "keyboard", "cell phone", "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock",
    "vase", "scissors", "teddy bear", "hair drier", "toothbrush",
)
# fmt: on
# Of the category ids 1 to 90 these were given up.
_NO_IDS = {12, 26, 29, 30, 45, 66, 68, 69, 71, 83}
_NAME_BY_ID = dict(zip((number for number in range(1, 91) if number not in _NO_IDS), _NAMES, strict=True))


def class_name(number: int, *, is_id: bool) -> str:
    """Returns what COCO calls a class.

    Args:
        number: Its category id, or its place in the order of the ids.
        is_id: Which of both.

    >>> class_name(17, is_id=True), class_name(15, is_id=False)
    ('cat', 'cat')
    """
    if is_id:
        return _NAME_BY_ID.get(number, f"class {number}")
    return _NAMES[number] if 0 <= number < len(_NAMES) else f"class {number}"
