"""The command line: builds the adapters and hands them to the loop."""
