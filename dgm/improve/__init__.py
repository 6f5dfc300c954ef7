"""From a failure to a child: focus, diagnosis, self-modification, screening."""
