from events import Simulation


def test_actions_are_called_in_the_order_of_their_time():
    sim = Simulation()
    seen = []
    sim.at(2.0, lambda: seen.append(("late", sim.now)))
    sim.at(1.0, lambda: seen.append(("early", sim.now)))
    sim.run(1.5)
    assert seen == [("early", 1.0)]
    sim.run(3.0)
    assert seen == [("early", 1.0), ("late", 2.0)]
