from pagecache import Site


def test_a_page_is_rendered_once():
    site = Site(str.upper)
    assert [site.page("home"), site.page("home")] == ["HOME", "HOME"]
    assert site.rendered == ["home"]


def test_the_example_of_the_report():
    site = Site(str.upper, capacity=2)
    for path in ["home", "about", "home", "news", "home"]:
        site.page(path)
    assert site.rendered == ["home", "about", "news"]
