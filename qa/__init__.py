"""Answers with citations over the index."""
