"""Records what PyTorch computes for its own operator samples (OpInfo), for the parity suite. See docs/parity.md."""

import sys
import types
import unittest

try:
    import expecttest  # noqa: F401
except ImportError:
    # torch.testing._internal imports it, though PyTorch does not depend on it; no sample needs it.
    stub = types.ModuleType("expecttest")
    stub.TestCase = unittest.TestCase
    sys.modules["expecttest"] = stub
