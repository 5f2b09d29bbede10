"""Publishers whose pages need more than the general reader, one module each."""
