"""`python -m MedGANSynthLib ...` is the `medgansynth` command."""

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
