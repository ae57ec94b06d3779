"""The sample packs: two meetings of an invented council's board, a late supplement, an invented NHS trust's board."""
