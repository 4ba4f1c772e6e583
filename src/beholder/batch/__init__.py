"""Many files at once: which there are, what each becomes, worker processes, and writing results."""
