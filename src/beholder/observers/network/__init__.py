"""Networks as observers; all of torch that Beholder uses for JPEG is in here.

::

    load --> NetworkObserver --squared_gradients--> calibrate --> Profile (a file; needs no torch)
                       |
                       +-- sensitivity(sampling, picture) --> block weights for the encoder

Nothing outside imports this package before somebody asks for a network.
"""

from importlib.util import find_spec

from beholder.errors import UsageError

if find_spec("torch") is None:
    raise UsageError("networks need torch, which is not installed: pip install 'beholder[machine]'")

from beholder.observers._detections import DetectionRules
from beholder.observers.network.description import load_preprocessing
from beholder.observers.network.observer import NetworkObserver
from beholder.observers.network.preprocessing import Preprocessing
from beholder.observers.network.tasks import Classifier, Detector, Embedding, Segmenter, Task
from beholder.observers.network.torchvision_transforms import preprocessing_of

__all__ = [
    "Classifier",
    "DetectionRules",
    "Detector",
    "Embedding",
    "NetworkObserver",
    "Preprocessing",
    "Segmenter",
    "Task",
    "load_preprocessing",
    "preprocessing_of",
]
