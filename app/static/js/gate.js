// The gate page that asks the server for everything and keeps nothing: nothing is green unless the server said so.
import { makeCamera } from './scanner/camera.js';
import { cue, unlock } from './scanner/cues.js';
import { uuid7 } from './scanner/ids.js';

const stage = document.getElementById('gate');
const set = stage.dataset;
const nobody = '00000000-0000-0000-0000-000000000000';
const token = document.querySelector('meta[name="csrf-token"]').content;
const greens = new Set(['admitted', 're_entry', 'override']);
const repeatMs = 10_000; // the same code within this time repeats the last light
const stillMs = 1_500; // a code that has not left the picture is the same showing
const answerMs = 5_000;
const greenMs = 1_200;
const stripMs = 4_000;
const undoMs = 120_000;
const pollMs = 10_000;

const byId = (id) => document.getElementById(id);
const keys = byId('keys');
const strip = byId('strip');
const last = byId('last');
let direction = set.direction;
let busy = false;
let shown = null; // {code, scan, answer}: the verdict on the screen
let kept = null; // the last person with a stored scan
let timer = 0;
let stripTimer = 0;
const lights = new Map(); // code → {at, seen, answer, scan}

// -- the server ---------------------------------------------------------------

function connection(state) {
  byId('conn').dataset.state = state;
}

async function ask(url, body) {
  const given = body
    ? { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token }, body: JSON.stringify(body) }
    : {};
  const response = await fetch(url, {
    ...given,
    headers: { Accept: 'application/json', ...given.headers },
    redirect: 'manual',
    signal: AbortSignal.timeout(answerMs),
  });
  if (response.status === 401) {
    connection('signed-out');
    note(set.textSignedOut, 'bad');
  }
  const told = await response.json();
  if (response.ok) connection('online');
  return { ok: response.ok, status: response.status, told };
}

function count({ inside }) {
  if (Number.isInteger(inside)) {
    document.querySelector('[data-inside]').textContent = inside.toLocaleString('en');
  }
}

async function poll() {
  try {
    const { ok, told } = await ask(set.status);
    if (ok) count(told);
  } catch {
    connection('offline');
  }
  setTimeout(poll, pollMs);
}

async function send(scan) {
  busy = true;
  let result = null;
  try {
    const { ok, status, told } = await ask(set.scans, { scans: [scan] });
    result = ok ? told.results.find((one) => one.id === scan.id) : null;
    if (!ok && status !== 401) connection('offline');
  } catch {
    connection('offline');
  }
  busy = false;
  if (!result) {
    show('cannot_record', null, scan);
    return;
  }
  count(result);
  const { answer } = result;
  if (answer.code !== 'cannot_record') {
    lights.set(scan.code, { at: Date.now(), seen: Date.now(), answer, scan });
    remember(scan, answer);
  }
  show(answer.code, answer, scan);
}

// -- the light ----------------------------------------------------------------

function write(node, text) {
  if (node) node.textContent = (text ?? '').trim();
}

function fill(section, words) {
  const who = section.querySelector('.who');
  const small = who.querySelector('small');
  write(small, words.sub);
  who.replaceChildren(words.who, ...(words.sub ? [small] : []));
  if (!words.sub) who.append(small);
  who.hidden = !words.who;
  for (const part of ['why', 'todo', 'strip']) {
    write(section.querySelector(`.${part}`), words[part]);
  }
}

function show(code, answer, scan) {
  hide();
  strip.hidden = true;
  cue(code);
  if (code === 'exited') {
    note(`${title(code)} ${answer.words.who}`, 'info');
    shown = { code, scan, answer };
    return;
  }
  const section = byId(`v-${code}`);
  if (answer) fill(section, answer.words);
  section.hidden = false;
  shown = { code, scan, answer };
  if (greens.has(code)) timer = setTimeout(hide, greenMs);
}

function hide() {
  clearTimeout(timer);
  for (const section of stage.querySelectorAll('.xp-scan')) section.hidden = true;
  shown = null;
  focusKeys();
}

function title(code) {
  return byId(`v-${code}`).querySelector('h2').textContent;
}

function note(text, tone = '') {
  clearTimeout(stripTimer);
  strip.textContent = text;
  strip.dataset.tone = tone;
  strip.hidden = false;
  stripTimer = setTimeout(() => { strip.hidden = true; }, stripMs);
}

// -- who was it ---------------------------------------------------------------

function clock() {
  return new Date().toLocaleTimeString('en-GB', { timeZone: set.zone });
}

function remember(scan, answer) {
  const name = answer.name || set.textUnknown;
  const badge = stage.querySelector(`template[data-badge="${answer.code}"]`).content.firstElementChild.cloneNode(true);
  if (!badge.textContent.trim()) badge.append(title(answer.code));
  const row = byId('log-row').content.firstElementChild.cloneNode(true);
  const [school, level] = [answer.school, answer.words.sub.slice(answer.school.length)];
  row.querySelector('[data-time]').textContent = clock();
  row.querySelector('[data-name]').textContent = `${name} ${level}`.trim();
  row.querySelector('[data-badge-here]').append(badge);
  byId('log').prepend(row);
  byId('log-empty').hidden = true;
  while (byId('log').children.length > 12) byId('log').lastElementChild.remove();
  kept = { scan, answer, row, at: Date.now() };
  paintLast(badge, name, title(answer.code), `${clock()} ${school}${level}`);
}

function paintLast(badge, name, verdict, line) {
  last.hidden = false;
  const dot = last.querySelector('[data-last-dot]');
  const tone = ['ok', 'info', 'bad'].find((one) => badge.classList.contains(`is-${one}`)) ?? 'bad';
  dot.className = `xp-dot is-${tone}`;
  dot.replaceChildren(badge.querySelector('svg').cloneNode(true));
  last.querySelector('[data-last-name]').textContent = name;
  last.querySelector('[data-last-verdict]').textContent = ` ${verdict}`;
  last.querySelector('[data-last-line]').textContent = line;
  const undo = last.querySelector('[data-act="undo-last"]');
  const mine = kept;
  undo.hidden = false;
  setTimeout(() => { if (kept === mine) undo.hidden = true; }, undoMs);
}

async function undo(scan) {
  try {
    const { ok, told } = await ask(set.undo.replace(nobody, scan.id), {});
    if (!ok) {
      note(told.error.message, 'bad');
      return;
    }
    count(told);
    forget(scan);
    note(set.textUndone, 'info');
  } catch {
    connection('offline');
    note(byId('v-cannot_record').querySelector('.why').textContent, 'bad');
  }
}

function forget(scan) {
  lights.delete(scan.code);
  if (kept?.scan.id !== scan.id) return;
  kept.row.classList.add('is-undone');
  last.querySelector('[data-act="undo-last"]').hidden = true;
  last.querySelector('[data-last-verdict]').textContent = ` ${set.textUndone}`;
}

async function decide(scan, decision, reason = '') {
  try {
    const { ok, told } = await ask(set.decision.replace(nobody, scan.id), { decision, reason });
    if (!ok) {
      note(told.error.message, 'bad');
      return;
    }
    count(told);
    lights.delete(scan.code);
    const before = shown;
    hide();
    if (told.override) show('override', before?.answer ?? null, scan);
    else if (decision === 'let_in') note(set.textLetIn, 'ok');
    else note(set.textTurnedAway, 'bad');
  } catch {
    connection('offline');
    note(byId('v-cannot_record').querySelector('.why').textContent, 'bad');
  }
}

// -- what comes in ------------------------------------------------------------

function take(code, from) {
  const text = code.trim().slice(0, 500);
  if (!text || busy || (from === 'camera' && document.querySelector('dialog[open]'))) return;
  if (shown?.code === 'unverified') return; // somebody decides first
  const now = Date.now();
  const light = lights.get(text);
  const same = light?.scan.direction === direction;
  if (same && now - light.at < repeatMs) {
    const still = from === 'camera' && now - light.seen < stillMs;
    light.seen = now;
    if (!still) show(light.answer.code, light.answer, light.scan);
    return;
  }
  if (same && from === 'camera' && now - light.seen < stillMs) {
    light.seen = now;
    return;
  }
  send({ id: uuid7(), code: text, direction, scanned_at: new Date(now).toISOString(), gate: Number(set.gate) });
}

const camera = makeCamera({
  parts: {
    view: byId('view'), video: byId('video'), words: byId('view-text'), start: byId('start'),
    torch: byId('torch'), photo: byId('photo'),
  },
  say: { aim: set.textAim, starting: set.textStarting, noCamera: set.textNoCamera, noCode: set.textNoCode },
  wasm: set.wasm,
  found: take,
  note: (text) => note(text, 'bad'),
});

// A USB scanner types the text and Enter. The hidden field has the focus whenever nothing else needs it.
function focusKeys() {
  if (!document.querySelector('dialog[open]')) keys.focus({ preventScroll: true });
}

keys.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter') return;
  event.preventDefault();
  const text = keys.value;
  keys.value = '';
  take(text, 'scanner');
});
keys.addEventListener('blur', () => {
  setTimeout(() => { if (document.activeElement === document.body) focusKeys(); });
});
document.addEventListener('keydown', (event) => {
  const typing = event.target.matches('input, textarea, select, dialog *');
  if (!typing && event.key.length === 1 && !event.ctrlKey && !event.metaKey && event.key !== ' ') focusKeys();
});

// -- buttons ------------------------------------------------------------------

function face(way) {
  direction = way;
  for (const one of ['in', 'out']) {
    document.querySelector(`[data-act="${one}"]`).setAttribute('aria-pressed', String(one === way));
  }
}

const acts = {
  start() {
    unlock();
    camera.open();
    navigator.wakeLock?.request('screen').catch(() => {});
  },
  next: hide,
  in: () => face('in'),
  out: () => face('out'),
  type() {
    byId('short').value = '';
    byId('type-box').showModal();
  },
  register: () => byId('register-box').showModal(),
  override() {
    byId('reason').value = '';
    byId('reason-box').showModal();
  },
  'let-in': () => decide(shown.scan, 'let_in'),
  'turn-away': () => decide(shown.scan, 'turned_away'),
  retry() {
    const { scan } = shown;
    hide();
    send(scan);
  },
  again() {
    const { code } = shown.scan;
    lights.delete(code);
    hide();
    take(code, 'button');
  },
  undo() {
    const { scan } = shown;
    hide();
    undo(scan);
  },
  'undo-last': () => undo(kept.scan),
};

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-act]');
  if (button) acts[button.dataset.act]?.();
  const box = event.target.closest('[data-close]')?.closest('dialog');
  if (box) box.close();
  // A verdict leaves by a tap anywhere, except where somebody has to decide.
  else if (!button && event.target.closest('.xp-scan') && shown?.code !== 'unverified') hide();
  if (!event.target.closest('dialog')) focusKeys();
});

byId('type-box').addEventListener('submit', () => take(byId('short').value, 'typed'));
byId('reason-box').addEventListener('submit', (event) => {
  const reason = byId('reason').value.trim();
  if (!reason) event.preventDefault();
  else decide(shown.scan, 'let_in', reason);
});
for (const box of document.querySelectorAll('dialog')) box.addEventListener('close', focusKeys);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && !byId('video').hidden) {
    navigator.wakeLock?.request('screen').catch(() => {});
  }
});

for (const part of stage.querySelectorAll('.xp-scan :is(small, .why, .todo, .strip)')) write(part, part.textContent);
focusKeys();
poll();
