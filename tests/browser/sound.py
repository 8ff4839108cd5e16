"""What holds for every page: no rule of accessibility broken, nothing wider than the window, one heading."""

from axe_playwright_python.sync_playwright import Axe

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}
# The other theme changes colours and nothing else.
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
WIDTHS = (768, 1024, 1280, 1920)
# How the page of a window of this width is opened, and at which widths it is looked at beside.
WINDOWS = {1280: WIDTHS, 360: ()}


class Sound:
    """Goes through pages in a wide and a narrow window, in both themes, and keeps pictures of them."""

    def __init__(self, visit, keep_screenshot, site):
        self._visit, self._keep, self._site = visit, keep_screenshot, site

    def __call__(self, addresses, *, role="admin", headings=1, ready=lambda name, page: None):
        """What is wrong, by page; `ready` waits for what a page of that name becomes by itself.

        All pages of a window come to one tab, one after another: what they share is made ready once.
        """
        wrong = []
        for width, others in WINDOWS.items():
            page = None
            for name, address in addresses.items():
                if page is None:
                    page = self._visit(address, width=width, role=role)
                    window = page.viewport_size
                else:
                    page.set_viewport_size(window)
                    page.emulate_media(color_scheme="light")
                    page.goto(f"{self._site}{address}")
                ready(name, page)
                wrong += [f"{name}, {width}: {words}" for words in self._look(page, name, width, others)]
                if (found := page.locator("h1").count()) != headings:
                    wrong.append(f"{name}, {width}: {found} headings")
            page.close()
        return wrong

    def _look(self, page, name, width, others):
        yield from self._broken(page, name, width)
        yield from _from_elsewhere(page, self._site)
        for one in (width, *others):
            if one != width:
                page.set_viewport_size({"width": one, "height": 900})
            if (wanted := page.evaluate("document.documentElement.scrollWidth")) > one:
                yield f"{wanted} wide in a window of {one}"

    def _broken(self, page, name, width):
        self._keep(page, f"{name}-light-{width}")
        yield from _told("light", Axe().run(page, options=RULES).response)
        page.emulate_media(color_scheme="dark")
        self._keep(page, f"{name}-dark-{width}")
        # The rules are in the page by now.
        yield from _told("dark", page.evaluate("options => axe.run(document, options)", CONTRAST))


def _told(theme, response):
    for fault in response["violations"]:
        yield f"{theme}: {fault['id']}: {fault['nodes'][0]['html'][:200]}"


def _from_elsewhere(page, site):
    called = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    return [f"calls {name}" for name in called if not name.startswith(site)]
