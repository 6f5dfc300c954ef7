"""An agent that works in turns: it asks the model, runs the tools that the answer names, and shows it the results."""
