// The page itself, kept for a day without a network, and renewed only when nothing depends on it.

const idleMs = 60_000;
const lookMs = 15_000;

/** `isQuiet()` says whether nobody scanned lately and nothing is unsent; `ready()` is told when the page is kept. */
export async function keepShell({ isQuiet, ready }) {
  if (!('serviceWorker' in navigator)) return;
  const had = Boolean(navigator.serviceWorker.controller);
  let registration;
  try {
    registration = await navigator.serviceWorker.register('/scanner/sw.js', { scope: '/scanner/', updateViaCache: 'none' });
  } catch {
    return; // no network on the first visit, or a browser that refuses: the page works while it is open
  }
  navigator.serviceWorker.ready.then(ready);
  let asked = false;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The first worker takes over a page that is new anyway; a renewed one was asked to, while all was quiet.
    if (had && asked) location.reload();
  });
  setInterval(async () => {
    if (!registration.waiting || asked || !await isQuiet()) return;
    asked = true;
    registration.waiting.postMessage('take-over');
  }, lookMs);
}

/** Whether the last scan is long enough ago. */
export const isIdle = (lastAt) => performance.now() - lastAt > idleMs;
