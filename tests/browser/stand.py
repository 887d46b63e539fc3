"""A stand's phone in a test: how it comes to its fair, scans, chooses, and what it keeps."""

from tests.browser.phone import GatePhone

# What stands in the log of the phone at the very moment it says "saved".
WATCH_SAVED = """(() => {
  window.loggedAtSaved = [];
  const saved = document.querySelector('#stand-saved');
  new MutationObserver(() => {
    if (saved.hidden) return;
    const request = indexedDB.open('xunpin-scanner');
    request.onsuccess = () => {
      const rows = request.result.transaction('contacts').objectStore('contacts').count();
      rows.onsuccess = () => { window.loggedAtSaved.push(rows.result); request.result.close(); };
    };
  }).observe(saved, { attributes: true, attributeFilter: ['hidden'] });
})()"""


class StandPage(GatePhone):
    """The scanner's page in the role of a booth (anything with ``page``)."""

    def join(self):
        """Come to the stand as a signed-in recruiter does, by the link of the candidates page."""
        self.page.goto(f"{self.scene['url']}/scanner/#fair={self.scene['fair']}&booth=1")
        return self.wait_ready()

    def wait_ready(self):
        """Until it is online and has its own copy of the page."""
        self.wait_until(
            "() => document.querySelector('#gate-page:not([hidden]) #conn[data-state=online]')"
            " !== null"
        )
        self.wait_for("() => navigator.serviceWorker?.controller !== null")
        return self

    def read(self, text):
        """Scan a ticket; the words of the panel that asks for the step."""
        self.scan(text)
        self.page.locator("#stand-choose:not([hidden])").wait_for()
        return self.page.inner_text("#stand-choose")

    def choose(self, step):
        """Choose a step; the words of what came of it."""
        self.page.locator(f"#stand-choose [data-step={step}]").click()
        self.page.locator("#stand-saved:not([hidden])").wait_for()
        return self.page.inner_text("#stand-saved")

    def meet(self, text, step):
        """Scan, choose, go on."""
        self.read(text)
        words = self.choose(step)
        self.next()
        return words

    def wait_sent(self):
        """Until the server has everything."""
        self.page.evaluate("() => dispatchEvent(new Event('online'))")
        self.wait_for("(kept) => kept.contacts.every((one) => one.state !== 0)")
