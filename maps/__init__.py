"""Drawing: everything a person looks at, made from plain values."""
