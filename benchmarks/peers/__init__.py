"""The same questions over the same files with the same embedding model, through board-qa and what others offer.

``python -m benchmarks.peers`` compares; each peer has a module with ``open_peer``, and a line in ``peer.PEERS``.
"""
