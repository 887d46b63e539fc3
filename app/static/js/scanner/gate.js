// At the gate: from a code that was read to a light, and what people say about it afterwards. The order
// is the promise: first the scan is on the disk, then there is a light. What cannot be stored is black.
import { uuid7 } from './ids.js';
import { check, seal } from './pin.js';
import { open } from './roster.js';
import * as store from './store.js';
import { readTicket } from './tickets.js';
import { decide, greens } from './verdict.js';

const repeatMs = 10_000; // the same code within this time repeats the last light
const stillMs = 1_500; // a code that has not left the picture is the same showing
const answerMs = 1_200; // whoever waits at a gate waits no longer for the server
const undoMs = 120_000;

const iso = (ms) => new Date(ms).toISOString();
const opposite = { admitted: 'in', re_entry: 'in', override: 'in', exited: 'out' };

/**
 * `link` from sync.js, `clock` from clock.js; `show(light)` lights, `place()` says {gate, direction}.
 * A light is {code, scan, kind, local, name, school, level, first, number, …}.
 */
export function makeGate({ link, clock, show, place }) {
  const lights = new Map(); // what was read and which way → {at, seen, light}
  const { device } = link.kit;
  let chain = Promise.resolve();
  let waiting = 0;
  let lastAt = -Infinity;

  const keyOf = (reading, direction) => `${reading.ticket ?? reading.short_code} ${direction}`;

  // -- a scan -------------------------------------------------------------------------

  function wireOf(reading, from, moment) {
    const { gate, direction } = place();
    return {
      id: uuid7(moment.device_time),
      gate,
      ...(reading.short_code ? { short_code: reading.short_code } : { ticket: reading.ticket }),
      direction,
      scanned_at: iso(moment.at),
      device_time: iso(moment.device_time),
      offset_ms: moment.offset_ms,
      evidence: from === 'typed' ? 'typed' : 'staff_scan',
      roster_version: link.kit.cursor,
    };
  }

  /** What the phone knows of a ticket by itself. */
  async function consult(reading, moment, direction) {
    const { kit } = link;
    const [entry, rows] = reading.ticket
      ? await Promise.all([store.getEntry(device, reading.ticket), store.pastOf(device, reading.ticket)])
      : [null, []];
    const gates = new Map(kit.gates.map((gate) => [gate.id, gate.name]));
    const past = rows.map((row) => ({ ...row, gate: gates.get(row.gate) ?? '' }));
    const person = entry && reading.code ? await open(entry, reading.code) : null;
    const verdict = decide({
      kind: reading.kind, entry: entry ?? null, isFinal: kit.final, fair: kit.fair, direction, at: moment.at,
      knowsTime: moment.knowsTime, past,
    });
    const first = verdict.first && { ...verdict.first, at: new Date(verdict.first.at).toISOString() };
    return { ...verdict, first, kind: reading.kind, name: person?.n, school: person?.s, level: person?.l };
  }

  const recordOf = (scan, kind, value, more = {}) => ({
    id: uuid7(), scan, kind, value, at: iso(clock.now().at), ...more,
  });

  async function alone(wire, own) {
    const row = await store.addScan(device, { wire, at: Date.parse(wire.scanned_at), shown: own.code });
    return byItself(own, row);
  }

  async function byItself(own, row) {
    link.wake();
    const { number } = await store.countUnsent(device);
    return { ...own, row, local: true, unsent: number };
  }

  async function asked(wire, consulted) {
    const row = await store.addScan(device, { wire, at: Date.parse(wire.scanned_at) });
    const result = await link.ask(row, answerMs);
    if (result) {
      const { inside, permitted, answer } = result;
      return { ...answer, inside, permitted, row, local: false, ...(result.stored === 'quarantined' && { code: 'cannot_record', why: 'sent_before' }) };
    }
    const own = await consulted;
    await store.addRecord(device, recordOf(row.id, 'shown', own.code), { verdict: own.code });
    return byItself(own, row);
  }

  async function scan(reading, from) {
    const moment = clock.now();
    const wire = wireOf(reading, from, moment);
    try {
      const consulted = consult(reading, moment, wire.direction);
      consulted.catch(() => {});
      const light = link.isUp ? await asked(wire, consulted) : await alone(wire, await consulted);
      return { ...light, scan: light.row.id, direction: wire.direction, reading, at: moment.at };
    } catch {
      // Not on the disk: whatever the ticket is worth, nobody may pass on it.
      return { code: 'cannot_record', why: 'no_room', reading, from, direction: wire.direction, at: moment.at };
    }
  }

  /** Take what was read; repeats and what stays in the picture light no second scan. */
  async function read(text, from) {
    const reading = await readTicket(text);
    const { direction } = place();
    const now = performance.now();
    const light = lights.get(keyOf(reading, direction));
    if (light) {
      const isStill = from === 'camera' && now - light.seen < stillMs;
      light.seen = now;
      if (isStill) return;
      if (now - light.at < repeatMs) {
        show(light.light, { isRepeat: true });
        return;
      }
    }
    const made = await scan(reading, from);
    lastAt = performance.now();
    if (made.code !== 'cannot_record') lights.set(keyOf(reading, direction), { at: lastAt, seen: lastAt, light: made });
    show(made, { isRepeat: false });
  }

  /** A camera's reading is dropped while another is on its way; what a hand scanned waits its turn. */
  function take(text, from) {
    const trimmed = text.trim().slice(0, 500);
    if (!trimmed || (from === 'camera' && waiting)) return chain;
    waiting += 1;
    chain = chain.then(() => read(trimmed, from)).catch(() => {
      show({ code: 'cannot_record', why: 'no_room', at: Date.now() }, { isRepeat: false });
    }).finally(() => { waiting -= 1; });
    return chain;
  }

  // -- afterwards -------------------------------------------------------------------------

  function forget({ reading, direction }) {
    lights.delete(keyOf(reading, direction));
  }

  async function say(light, wire, noted, pin) {
    await store.addRecord(device, wire, noted, pin ? await seal(pin) : null);
    forget(light);
    link.wake();
  }

  return {
    take,
    get lastAt() { return lastAt; },
    /** Scan the same ticket anew, as a scan of its own. */
    again(light) {
      forget(light);
      waiting += 1;
      chain = chain.then(async () => show(await scan(light.reading, light.from ?? 'button'), { isRepeat: false }))
        .finally(() => { waiting -= 1; });
      return chain;
    },
    /** Whether a scan may be taken back without the supervisor. */
    mayUndo: (light) => clock.now().at - light.at <= undoMs,
    undo: (light, { pin = '', reason = '' } = {}) => say(
      light, recordOf(light.scan, 'void', null, { reason }), { voided: true }, pin,
    ),
    decide: (light, decision, { pin = '', reason = '' } = {}) => say(
      light, recordOf(light.scan, 'decision', decision, { reason }), { decision }, pin,
    ),
    checkPin: (text) => check(link.kit.pin, text),
    isGreen: (light) => greens.has(light.code),
    wayOf: (light) => opposite[light.code] ?? null,
  };
}
