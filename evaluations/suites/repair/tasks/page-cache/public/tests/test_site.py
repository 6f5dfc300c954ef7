from pagecache import Site


def test_a_page_is_rendered_once():
    site = Site(str.upper)
    assert [site.page("home"), site.page("home")] == ["HOME", "HOME"]
    assert site.rendered == ["home"]
