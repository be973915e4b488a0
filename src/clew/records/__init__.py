"""What arrives: one frozen type a kind, its source and legal ground; readers, mappings, writers."""
