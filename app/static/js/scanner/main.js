// The scanner, put together: which language, which fair and gate, then a session at work.
import { gateAddress, makeHands, standAddress } from './hands.js';
import { find, joinSignedIn, phoneName, readAddress, redeem, tidy } from './join.js';
import { startSession } from './session.js';
import { startStand } from './stand-session.js';
import { keepShell } from './shell.js';
import * as store from './store.js';
import { makeWords } from './words.js';

const main = document.getElementById('main');
const frame = document.getElementById('shell');
const sheets = JSON.parse(document.getElementById('sheets').textContent);
const isSecure = window.isSecureContext && 'indexedDB' in window && Boolean(navigator.locks);

const byId = (id) => document.getElementById(id);
let words;
let running = null;
let wanted = null; // what the address asked for
let isKept = false;
let actedAt = 0;
let told = { name: 'joining', failed: '' };
let attempt = null; // how to come to the fair, once more
let retrying = 0;

const retryMs = 4_000;

const hands = makeHands({ session: () => running, words: () => words, isReady: () => isKept, change: start });

// -- the page in one language -------------------------------------------------------

async function keptLanguage() {
  const kept = isSecure ? await store.getMeta('language').catch(() => null) : null;
  if (kept in sheets) return kept;
  const spoken = navigator.languages.map((tag) => (tag.startsWith('zh') ? 'zh-Hans' : tag.split('-')[0]));
  return spoken.find((tag) => tag in sheets) ?? frame.dataset.first;
}

function putUp(lang) {
  words = makeWords(lang, sheets);
  document.documentElement.lang = lang;
  const body = document.querySelector(`template[data-body="${lang}"]`).content.cloneNode(true);
  main.replaceChildren(...main.querySelectorAll(':scope > :is(template, script, #shell)'), body);
  for (const button of document.querySelectorAll('[data-lang]')) {
    button.setAttribute('aria-pressed', String(button.dataset.lang === lang));
  }
  hands.wire();
  document.querySelector('[data-form="enrol"]').addEventListener('submit', enrol);
}

async function speak(lang) {
  if (lang === words.lang) return;
  if (isSecure) await store.setMeta('language', lang).catch(() => {});
  const kit = running?.link.kit;
  stop();
  putUp(lang);
  if (kit) await start(kit);
  else ready(told.name, told.failed);
}

// -- before the gate ------------------------------------------------------------------

/** Show one of the pages before the gate; `failed` says why it is that one. */
function ready(name, failed = '') {
  told = { name, failed };
  clearTimeout(retrying);
  byId('gate-page').hidden = true;
  for (const one of document.querySelectorAll('[data-ready]')) one.hidden = one.dataset.ready !== name;
  const section = document.querySelector(`[data-ready="${name}"]`);
  if (failed) section.querySelector('[data-failed]').textContent = words.say(`failed_${failed.replace('-', '_')}`);
  const address = wanted?.fair && wanted.gate ? gateAddress(wanted) : '';
  for (const link of section.querySelectorAll('[data-online]')) if (address) link.href = `${address}/online`;
  for (const link of section.querySelectorAll('[data-sign-in]')) {
    link.hidden = failed !== 'signed-out';
    link.href = address || (wanted?.role === 'booth' ? standAddress(wanted) : '/staff/');
  }
  if (name === 'enrol') byId('phone-name').value = phoneName();
  if (['offline', 'busy'].includes(failed)) retrying = setTimeout(tryAgain, retryMs * (1 + Math.random()));
}

async function join() {
  const kits = await tidy(await store.listKits());
  if (wanted?.enrol) {
    ready('enrol');
    return;
  }
  if (wanted?.fair) {
    const own = find(kits, wanted);
    if (own) {
      const gate = own.gates.some((one) => one.id === wanted.gate) ? wanted.gate : own.gate;
      await start(await store.changeKit(own.device, (kit) => { kit.gate = gate; }));
      return;
    }
    const asked = wanted;
    await tryJoining(() => joinSignedIn(asked, phoneName()));
    return;
  }
  const chosen = await store.getMeta('device');
  const kit = kits.find((one) => one.device === chosen) ?? kits.at(-1);
  if (kit) await start(kit);
  else ready('nothing');
}

/** Come to the fair by `way`; `ready` asks again where that may help. */
async function tryJoining(way) {
  ready('joining');
  const mine = async () => {
    clearTimeout(retrying);
    const { kit, failed } = await way();
    if (attempt !== mine) return; // somebody began anew meanwhile
    if (!failed) {
      attempt = null;
      wanted = null;
      await start(kit);
      return;
    }
    // A used code stays used: trying it again is no use to anybody.
    if (failed === 'unknown') wanted = null;
    ready('failed', failed);
  };
  attempt = mine;
  await mine();
}

function tryAgain() {
  attempt?.().catch(() => ready('failed', 'full'));
}

async function enrol(event) {
  event.preventDefault();
  const name = byId('phone-name').value.trim();
  const secret = wanted?.enrol;
  await tryJoining(() => redeem(secret, name)).catch(() => ready('failed', 'full'));
}

async function open() {
  attempt = null;
  wanted = readAddress() ?? wanted;
  if (!isSecure) {
    ready('insecure');
    return;
  }
  try {
    await join();
  } catch {
    ready('failed', 'full');
  }
}

// -- the gate -----------------------------------------------------------------------------

function stop() {
  running?.stop();
  running = null;
}

async function start(kit) {
  stop();
  for (const one of document.querySelectorAll('[data-ready]')) one.hidden = true;
  const page = byId('gate-page');
  page.hidden = false;
  page.dataset.role = kit.role;
  running = await (kit.role === 'booth' ? startStand : startSession)(kit, { words, page, wasm: frame.dataset.wasm, take: hands.take });
  hands.focusKeys();
}

document.addEventListener('click', ({ target }) => {
  actedAt = performance.now();
  const lang = target.closest('[data-lang]')?.dataset.lang;
  if (lang) {
    byId('sheet').close();
    speak(lang);
  }
  if (target.closest('[data-act="join-again"]')) open();
});
addEventListener('hashchange', open);
addEventListener('online', () => { if (told.failed === 'offline') tryAgain(); });

putUp(await keptLanguage());
await open();
if (isSecure) {
  keepShell({
    isQuiet: async () => (running ? running.isQuiet(actedAt) : true),
    ready: () => { isKept = true; },
  });
}
