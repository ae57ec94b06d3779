"""Board papers read into passages: pages, numbers, agenda, minutes, the index."""

import os

# PyTorch and FAISS read these as they are loaded, which is after this.
# A thread that waits sleeps. By default it spins, which halves the speed of two processes that share the cores, as the
# service and an ingest do: python -m benchmarks.waiting
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# What was made for a batch of one size, some 100 KB each: with oneDNN's own 1024, texts of all lengths fill 200 MB
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
