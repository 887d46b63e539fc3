// What hands do on the gate's page: taps, keys, a USB scanner, the boxes.
import { unlock } from './cues.js';
import { directionOf } from './session.js';
import * as store from './store.js';

const byId = (id) => document.getElementById(id);

export function stayAwake() {
  navigator.wakeLock?.request('screen').catch(() => {});
}

/** Where the same gate works with the network only. */
export const gateAddress = ({ fair, gate }) => `/staff/fairs/${encodeURIComponent(fair)}/gates/${gate}`;

/** Where the stand's people scan with the network only, and sign in. */
export const standAddress = ({ fair }) => `/employer/booth/${encodeURIComponent(fair)}`;

// These wait for somebody's decision: no tap elsewhere sends them away.
const waitForHands = ['unverified', 'choose'];

/**
 * `session()` the device at work or null; `words()` the language; `isReady()` whether the page is kept;
 * `change(kit)` goes over to another device of this phone.
 */
export function makeHands({ session, words, isReady, change }) {
  function focusKeys() {
    if (session() && !document.querySelector('dialog[open]')) byId('keys').focus({ preventScroll: true });
  }

  let deciding = null; // a decision on its way to the disk

  function take(text, from) {
    const now = session();
    if (!now || document.querySelector('dialog[open]')) return;
    if (now.screen.shown?.code === 'unverified') {
      // Somebody decides about the one before first; who has just done so loses no scan by it.
      if (from !== 'camera') deciding?.then(() => take(text, from));
      return;
    }
    now.gate.take(text, from);
  }

  async function tried(work) {
    const { screen, context } = session();
    try {
      await work();
    } catch {
      screen.show({ code: 'cannot_record', why: 'no_room' }, context());
    }
  }

  // -- about the one before ---------------------------------------------------------

  async function undo(light, given) {
    if (!light) return;
    const { gate, screen } = session();
    if (!given && !gate.mayUndo(light)) {
      askPin(light, 'undo');
      return;
    }
    await tried(async () => {
      await gate.undo(light, given);
      screen.hide();
      screen.strike(light, words().say('undone'));
      screen.note(words().say('undone'), 'info');
    });
  }

  async function decide(light, decision, given) {
    const { gate, screen, context } = session();
    deciding = tried(async () => {
      await gate.decide(light, decision, given);
      screen.hide();
      if (given) screen.show({ ...light, code: 'override' }, context());
      else screen.note(words().say(decision), decision === 'let_in' ? 'ok' : 'bad');
    }).finally(() => { deciding = null; });
    await deciding;
  }

  /** At a stand: the step for the ticket that was read. */
  function choose(step) {
    const { gate, screen } = session();
    deciding = tried(() => gate.choose(screen.shown, step)).finally(() => { deciding = null; });
  }

  function askPin(light, what) {
    const box = byId('pin-box');
    box.light = light;
    box.dataset.what = what;
    for (const one of box.querySelectorAll('input')) one.value = '';
    const late = what === 'undo' ? words().say('undo_late') : '';
    byId('pin-fault').textContent = session().link.kit.pin ? late : words().say('pin_missing');
    box.showModal();
  }

  async function usePin(event) {
    event.preventDefault();
    const box = byId('pin-box');
    const given = { pin: byId('pin').value.trim(), reason: byId('reason').value.trim() };
    const found = await session().gate.checkPin(given.pin);
    if (found !== 'right') {
      byId('pin-fault').textContent = words().say(`pin_${found}`);
      return;
    }
    box.close();
    if (box.dataset.what === 'undo') undo(box.light, given);
    else decide(box.light, 'let_in', given);
  }

  function retry() {
    const { screen, gate } = session();
    const light = screen.shown;
    screen.hide();
    if (light.reading) gate.again(light);
  }

  // -- the sheet ----------------------------------------------------------------------

  async function openSheet() {
    const { link, screen, clock, face } = session();
    const { kit } = link;
    const isStand = kit.role === 'booth';
    const kits = await store.listKits();
    const others = await Promise.all(kits.filter((one) => one.device !== kit.device).map(
      async (other) => ({ kit: other, number: (await store.countUnsent(other.device)).number }),
    ));
    screen.paintSheet({
      others,
      facts: {
        isReady: isReady() && (isStand || kit.cursor !== null),
        isPersisted: await navigator.storage?.persisted?.() ?? false,
        offset: clock.offset,
        zone: kit.fair.time_zone,
        hasRoster: !isStand,
        roster: kit.cursor === null ? null : await store.countRoster(kit.device),
        readAt: kit.read_at,
      },
      chooseGate: async ({ id }) => {
        await link.changeKit((one) => { one.gate = id; one.direction = null; });
        face(directionOf(link.kit));
        byId('sheet').close();
      },
      chooseKit: (other) => { byId('sheet').close(); change(other); },
    });
    byId('sheet').querySelector('[data-online]').href = isStand
      ? standAddress({ fair: kit.fair.slug })
      : `${gateAddress({ fair: kit.fair.slug, gate: kit.gate })}/online`;
    byId('sheet').showModal();
  }

  const acts = {
    start() {
      unlock();
      session().camera.open();
      stayAwake();
      navigator.storage?.persist?.();
    },
    next: () => session().screen.hide(),
    sheet: openSheet,
    log: () => byId('log-box').showModal(),
    type() {
      byId('short').value = '';
      byId('type-box').showModal();
    },
    'let-in': () => decide(session().screen.shown, 'let_in'),
    'turn-away': () => decide(session().screen.shown, 'turned_away'),
    override: () => askPin(session().screen.shown, 'override'),
    again: retry,
    retry,
    undo: () => undo(session().screen.shown),
    'undo-last': () => undo(session().last),
  };

  document.addEventListener('click', ({ target }) => {
    const way = target.closest('[data-way]')?.dataset.way;
    if (way) {
      session().face(way);
      session().link.changeKit((kit) => { kit.direction = way; });
    }
    const step = target.closest('[data-step]')?.dataset.step;
    if (step) choose(step);
    const button = target.closest('[data-act], [data-step]');
    if (button) acts[button.dataset.act]?.();
    const box = target.closest('[data-close]')?.closest('dialog');
    if (box) box.close();
    // A verdict leaves by a tap anywhere, except where somebody has to decide.
    const shown = session()?.screen.shown;
    if (!button && shown && !waitForHands.includes(shown.code) && target.closest('.xp-scan')) session().screen.hide();
    if (!target.closest('dialog, form')) focusKeys();
  });
  document.addEventListener('keydown', ({ target, key, ctrlKey, metaKey }) => {
    const isTyping = target.matches('input, textarea, select, dialog *');
    if (!isTyping && key.length === 1 && !ctrlKey && !metaKey && key !== ' ') focusKeys();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && session() && !byId('video').hidden) stayAwake();
  });

  return {
    take,
    focusKeys,
    /** Hang on to the elements of a body that was put up anew. */
    wire() {
      const keys = byId('keys');
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
      byId('type-box').addEventListener('submit', () => {
        byId('type-box').close();
        take(byId('short').value, 'typed');
      });
      byId('pin-box').addEventListener('submit', usePin);
      for (const box of document.querySelectorAll('dialog')) box.addEventListener('close', focusKeys);
    },
  };
}
