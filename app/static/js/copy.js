// Copy, share, print: buttons that only touch this phone.
//   data-copy="text"   data-share-url="…" data-share-title="…"   data-print
const words = document.getElementById('toasts')?.dataset ?? {};
const say = (text) => document.dispatchEvent(new CustomEvent('xp:toast', { detail: { text } }));

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say(words.copied);
  } catch {
    say(legacyCopy(text) ? words.copied : words.noCopy);
  }
}

// Plain http and some in-app browsers have no clipboard; a selected field still works there.
function legacyCopy(text) {
  const area = Object.assign(document.createElement('textarea'), { value: text, className: 'visually-hidden', readOnly: true });
  document.body.append(area);
  area.select();
  let done = false;
  try { done = document.execCommand('copy'); } catch { /* refused */ }
  area.remove();
  return done;
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy], [data-share-url], [data-print]');
  if (!button) return;
  if (button.hasAttribute('data-print')) { print(); return; }
  if (button.dataset.copy) { await copy(button.dataset.copy); return; }
  event.preventDefault();
  const url = new URL(button.dataset.shareUrl, location.href).href;
  if (!navigator.share) { await copy(url); return; }
  try { await navigator.share({ title: button.dataset.shareTitle || document.title, url }); } catch { /* closed again */ }
});
