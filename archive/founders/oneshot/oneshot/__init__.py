"""An agent that answers a task with one completion: whole functions or new files, put in place by name."""
