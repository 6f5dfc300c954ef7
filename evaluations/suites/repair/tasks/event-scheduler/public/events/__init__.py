from events.simulation import Simulation

__all__ = ["Simulation"]
