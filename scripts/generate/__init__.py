"""The parts of scripts/generate-ops.py: what PyTorch binds, in which TypeScript words."""
