"""Where untrusted code runs: docker and bubblewrap behind one port."""
