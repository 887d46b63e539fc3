// A part of a page that looks again by itself: data-poll="/address" data-poll-every="5".
// The answer replaces the element; an answer without data-poll ends it. Hidden pages do not ask. After two failures
// the element says that its figures are old ([data-stale-note]) and keeps trying, ever slower, up to a minute.
const SLOWEST = 60;

function watch(element) {
  if (element.dataset.polling) return;
  element.dataset.polling = 'yes';
  const every = Number(element.dataset.pollEvery) || 5;
  let failures = 0;
  let mark = element.dataset.pollMark || '';

  async function look() {
    if (!element.isConnected) return;
    if (document.hidden) { document.addEventListener('visibilitychange', look, { once: true }); return; }
    try {
      // The pages are no-store, so the browser keeps no copy: the mark of the last answer is sent by hand.
      const headers = { 'HX-Request': 'true', ...(mark && { 'If-None-Match': mark }) };
      const answer = await fetch(element.dataset.poll, { headers, cache: 'no-store' });
      mark = answer.headers.get('ETag') || mark;
      if (answer.status === 304) {
        if (failures) stale(element, false);
        failures = 0;
        setTimeout(look, every * 1000);
        return;
      }
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      replace(element, await answer.text(), mark);
    } catch {
      failures += 1;
      if (failures >= 2) stale(element, true);
      setTimeout(look, Math.min(SLOWEST, every * 2 ** failures) * 1000);
    }
  }
  setTimeout(look, every * 1000);
}

function stale(element, yes) {
  element.classList.toggle('is-stale', yes);
  for (const note of element.querySelectorAll('[data-stale-note]')) note.hidden = !yes;
}

function replace(element, html, mark) {
  const page = new DOMParser().parseFromString(html, 'text/html');
  const next = (element.id && page.getElementById(element.id)) || page.body.firstElementChild;
  if (!next) { element.remove(); return; }
  const kept = document.activeElement && element.contains(document.activeElement) ? document.activeElement.id : '';
  if (mark) next.dataset.pollMark = mark;
  // What somebody has unfolded stays so.
  for (const open of element.querySelectorAll('details[open][id]')) {
    const again = next.querySelector(`#${open.id}`);
    if (again) again.open = true;
  }
  element.replaceWith(next);
  if (kept) document.getElementById(kept)?.focus();
  if (window.htmx) window.htmx.process(next);
  start(next.parentElement || document);
}

function start(root) {
  for (const element of root.querySelectorAll('[data-poll]')) watch(element);
}
start(document);
document.addEventListener('htmx:load', (event) => start(event.target));
