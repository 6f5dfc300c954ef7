from limiter import Limiter


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def after(waits, capacity=2, per_second=0.5):
    """Make a request after each wait, and say how long the next would have to wait."""
    clock = Clock()
    limiter = Limiter(capacity, per_second, clock)
    for wait in waits:
        clock.now += wait
        limiter.allow("ann")
    return limiter.retry_after("ann")


def test_a_new_client_need_not_wait():
    assert after([]) == 0.0


def test_a_client_with_tokens_left_need_not_wait():
    assert after([0]) == 0.0


def test_an_empty_bucket_takes_the_whole_time():
    assert after([0, 0]) == 2.0


def test_a_refused_request_does_not_make_it_longer():
    assert after([0, 0, 0.5, 0.5]) == 1.0


def test_a_faster_bucket():
    assert after([0, 0, 0, 0.125], capacity=3, per_second=4) == 0.125


def test_asking_uses_up_nothing():
    clock = Clock()
    limiter = Limiter(1, 1.0, clock)
    assert [limiter.retry_after("ann") for _ in range(3)] == [0.0, 0.0, 0.0]
    assert limiter.allow("ann") is True


def test_after_that_time_the_request_passes():
    clock = Clock()
    limiter = Limiter(1, 0.25, clock)
    limiter.allow("ann")
    clock.now += limiter.retry_after("ann")
    assert limiter.allow("ann") is True


def test_clients_do_not_share_a_bucket():
    limiter = Limiter(1, 1.0, Clock())
    limiter.allow("ann")
    assert (limiter.retry_after("ann"), limiter.retry_after("bob")) == (1.0, 0.0)
