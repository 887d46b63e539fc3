// At an employer's stand: from a ticket that was read to a contact with the step its people choose. The order
// is the promise here too: first the contact is on the disk, then it says "saved". Nobody's name is known here.
import { uuid7 } from './ids.js';
import * as store from './store.js';
import { readTicket } from './tickets.js';

const stillMs = 1_500; // a code that has not left the picture is the same showing
const shortLength = 6; // a typed short code; anything longer is a hash
const tailLength = 4;

const iso = (ms) => new Date(ms).toISOString();

/** What people call a ticket without its name: the short code that was typed, or the end of its hash. */
export const tailOf = (ticket) => (ticket.length > shortLength ? ticket.slice(-tailLength) : ticket).toUpperCase();

/**
 * `link` from sync.js, `clock` from clock.js; `show(light)` shows what is to be chosen and what came of it,
 * `say(key)` a word about something else, `isChoosing()` whether a ticket waits for its step. A light is
 * {code: choose | saved | cannot_record, ticket, tail, before?, step?, row?, unsent?}.
 */
export function makeStand({ link, clock, show, say, isChoosing }) {
  const { device } = link.kit;
  const seen = new Map(); // what the camera sees → when it last did
  let chain = Promise.resolve();
  let waiting = 0;
  let lastAt = -Infinity;

  async function read(text) {
    const reading = await readTicket(text);
    lastAt = performance.now();
    if (reading.kind === 'foreign') {
      say('stand_foreign');
      return;
    }
    const ticket = reading.ticket ?? reading.short_code;
    const before = await store.contactsOf(device, ticket);
    show({ code: 'choose', reading, ticket, tail: tailOf(ticket), moment: clock.now(), before: before.at(-1) ?? null });
  }

  /** Whether the camera still sees what it saw a moment ago. */
  function isStill(text) {
    const now = performance.now();
    const last = seen.get(text) ?? -Infinity;
    seen.set(text, now);
    return now - last < stillMs;
  }

  function take(text, from) {
    const trimmed = text.trim().slice(0, 500);
    if (!trimmed) return chain;
    if (from === 'camera' && (isStill(trimmed) || waiting || isChoosing())) return chain;
    if (isChoosing()) {
      say('stand_choose_first');
      return chain;
    }
    waiting += 1;
    chain = chain.then(() => read(trimmed)).catch(() => {
      show({ code: 'cannot_record', why: 'no_room' });
    }).finally(() => { waiting -= 1; });
    return chain;
  }

  function wireOf({ reading, moment }, step) {
    return {
      id: uuid7(moment.device_time),
      ...(reading.short_code ? { short_code: reading.short_code } : { ticket: reading.ticket }),
      step,
      scanned_at: iso(moment.at),
      device_time: iso(moment.device_time),
      offset_ms: moment.offset_ms,
    };
  }

  async function choose(light, step) {
    if (!light?.reading) return;
    try {
      const row = await store.addContact(device, { wire: wireOf(light, step), at: light.moment.at });
      const { number } = await store.countUnsent(device);
      show({ ...light, code: 'saved', step, row, unsent: number });
      link.wake();
    } catch {
      show({ ...light, code: 'cannot_record', step });
    }
  }

  return {
    take,
    choose,
    get lastAt() { return lastAt; },
    /** Try the same step for the same ticket once more. */
    again: (light) => choose(light, light.step),
  };
}
