// The screen at a gate. The server gives the codes of the next ten minutes, so a network that blinks is not seen;
// when none came for longer, the screen says so and shows no code rather than an old one.
const LOOK_EVERY = 10_000;
const screen = document.querySelector('[data-codes]');
const path = document.querySelector('#code path');
const svg = document.getElementById('code');
const offline = document.getElementById('offline');

const codes = new Map();
let stepLength = 30_000;
let newest = null;
let shown = null;
// What the server's clock said, and when we heard it by two clocks of ours: one that nobody sets but that may sleep
// with the computer, and one that does not sleep but may be set.
let heard = null;
let missed = 0;

function serverNow() {
  const steady = performance.now() - heard.steady;
  const wall = Date.now() - heard.wall;
  return heard.now + (wall > steady + 2000 ? wall : steady);
}

function state(name) {
  screen.dataset.state = name;
  for (const part of screen.querySelectorAll('[data-when]')) part.hidden = part.dataset.when !== name;
}

function tick() {
  if (!heard || screen.dataset.state === 'closed') return;
  const step = Math.floor(serverNow() / stepLength);
  for (const old of codes.keys()) if (old < step) codes.delete(old);
  const code = codes.get(step);
  if (!code) { state('out'); shown = null; return; }
  state('live');
  if (shown === step) return;
  shown = step;
  svg.setAttribute('viewBox', `0 0 ${code.size} ${code.size}`);
  path.setAttribute('d', code.drawing);
}

function tellOffline() {
  offline.hidden = missed < 2 || codes.size === 0;
  if (offline.hidden) return;
  const until = new Date(Date.now() + (Math.max(...codes.keys()) + 1) * stepLength - serverNow());
  offline.querySelector('[data-until]').textContent = until.toLocaleTimeString([], {
    hour: '2-digit', minute: '2-digit', hour12: false, timeZone: screen.dataset.zone,
  });
}

function take(said) {
  heard = { now: said.now, steady: performance.now(), wall: Date.now() };
  stepLength = said.step;
  for (const [step, size, drawing] of said.codes) {
    codes.set(step, { size, drawing });
    newest = Math.max(newest ?? step, step);
  }
  const hall = screen.querySelector('[data-hall]');
  hall.dataset.hall = said.hall.state;
  hall.querySelector('[data-inside]').textContent = said.hall.inside;
  const permitted = hall.querySelector('[data-permitted]');
  if (permitted) permitted.textContent = said.hall.permitted;
  if (said.closed) state('closed');
  else if (screen.dataset.state === 'closed') { newest = null; state('live'); }
}

async function look() {
  try {
    const address = new URL(screen.dataset.codes, location.href);
    if (newest !== null && codes.size) address.searchParams.set('after', newest);
    const answer = await fetch(address, { cache: 'no-store', signal: AbortSignal.timeout(8000) });
    // The link was revoked or the session ended: the page itself says what to do.
    if ([401, 403, 404, 410].includes(answer.status)) { location.reload(); return; }
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    take(await answer.json());
    missed = 0;
  } catch {
    missed += 1;
  }
  if (heard) tellOffline();
  tick();
  setTimeout(look, missed ? LOOK_EVERY / 2 : LOOK_EVERY);
}

// A projector must not fall asleep, where the browser can be asked.
async function stayAwake() {
  if (document.hidden) return;
  try { await navigator.wakeLock.request('screen'); } catch { /* not here, or not now */ }
}
document.addEventListener('visibilitychange', stayAwake);
stayAwake();
setInterval(tick, 500);
look();
