"""``python -m beholder``."""

from beholder.cli import console

if __name__ == "__main__":
    console()
