"""Board papers read into passages: pages, numbers, agenda, minutes, the index."""
