"""For all tests: properties have no deadline, since machines that are busy with something else are slow."""

from hypothesis import settings

settings.register_profile("beholder", deadline=None)
settings.load_profile("beholder")
