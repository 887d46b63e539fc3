// The way to the server: one upload at a time from this phone, whatever number of tabs is open. A scan is
// received when its own id comes back, and by nothing else; until then it is sent again, for ever.
import { call } from './wire.js';
import { unseal } from './pin.js';
import * as store from './store.js';

const batchSize = 100;
const everyMs = 5_000;
const callMs = 15_000;
const slowestMs = 60_000;
const firstMs = 1_000;
const rosterPage = 2_000;
const beforeAll = -1; // the cursor before the first entry
const strangerMs = 60_000;
// Between two answers the phone goes by what it last kept of the hall and of its clock.
const noteMs = 30_000;
// The same shortfall seen again right after everything was sent: look at it no more often than this.
const refillMs = 600_000;
// The fair itself (its times, gates, PIN) is read anew this often.
const rereadMs = 300_000;

const between = (least, most) => least + Math.random() * (most - least);
const strings = (list) => (Array.isArray(list) ? list : []).filter((one) => typeof one?.id === 'string');

const stateOf = (stored) => ({
  new: store.KEPT, known: store.KEPT, quarantined: store.SET_ASIDE, refused: store.REFUSED,
})[stored];

/**
 * `kit` as in the store; `clock` from clock.js; `tell(what, detail)` hears: link (online | offline |
 * stranger), queue, hall, kit, late (a verdict the server sees otherwise), met (what became of a contact).
 */
export function makeLink({ kit, clock, tell }) {
  const { device } = kit;
  const lock = `xunpin-upload-${device}`;
  let current = kit;
  let state = 'waiting';
  let failures = 0;
  let size = batchSize;
  let timer = 0;
  let notBefore = 0;
  let noted = -Infinity;
  let closed = false;

  const paths = {
    scans: '/api/v1/scans',
    contacts: '/api/v1/contacts',
    roster: `/api/v1/fairs/${encodeURIComponent(kit.fair.slug)}/roster`,
  };
  const queue = kit.role === 'booth' ? 'contacts' : 'scans';

  function be(next) {
    state = next;
    tell('link', next);
  }

  function wentWell(answer) {
    failures = 0;
    clock.learn(answer.told.server_time, answer.sent, answer.got);
    be('online');
    if (answer.told.hall) tell('hall', answer.told.hall);
  }

  function wentWrong(answer) {
    failures += 1;
    if (answer.kind === 'busy') notBefore = performance.now() + between(1, 1.25) * answer.waitMs;
    be(answer.kind === 'stranger' ? 'stranger' : 'offline');
    // Whoever opens the stand's link again then gets a new device, and it takes over what waits here.
    if (answer.kind === 'stranger' && queue === 'contacts' && !current.stranger) {
      changeKit((one) => { one.stranger = true; }).catch(() => {});
    }
  }

  async function changeKit(change) {
    current = await store.changeKit(device, change) ?? current;
    tell('kit', current);
    return current;
  }

  // -- what an answer changes -----------------------------------------------------

  /** A restore is seen by another epoch, or by a highest number below what was once acknowledged. */
  async function noticeRestore({ epoch, seq }) {
    const isOther = typeof epoch === 'string' && current.epoch !== null && current.epoch !== epoch;
    const highest = seq?.highest;
    const isShort = Number.isInteger(highest) && highest < current.acknowledged;
    const seen = `${epoch}:${highest}`;
    const isOld = current.refilled?.seen === seen && Date.now() - current.refilled.at < refillMs;
    if (isOther || (isShort && !isOld)) {
      current = await store.beginAgain(device, (one) => {
        one.epoch = epoch ?? one.epoch;
        one.cursor = null;
        one.loading = null;
        one.refilled = { seen, at: Date.now() };
        if (isOther) one.acknowledged = 0;
      }) ?? current;
      tell('kit', current);
    } else if (typeof epoch === 'string' && current.epoch === null) {
      await changeKit((one) => { one.epoch = epoch; });
    }
  }

  /** Mark the ids that came back and were sent in this very call. Returns how many there were. */
  async function settle(sent, told) {
    const asked = new Map(sent[queue].map((row) => [row.id, row]));
    const results = new Map();
    for (const one of strings(told.results)) {
      const row = asked.get(one.id);
      const known = stateOf(one.stored);
      if (row && known !== undefined) {
        const { code, first } = one.answer ?? {};
        results.set(one.id, { state: known, verdict: code, first: first ?? undefined, why: one.why });
        if (queue === 'contacts') tell('met', { id: row.id, ...one.answer, why: one.why });
        else if (row.verdict && code && row.verdict !== code) tell('late', { row, answer: one.answer });
      }
    }
    if (results.size) await store.settle(device, queue, results);
    const about = new Map((sent.records ?? []).map((row) => [row.id, row]));
    const said = new Map();
    const later = [];
    for (const one of strings(told.records)) {
      const row = about.get(one.id);
      if (row && ['new', 'known'].includes(one.stored)) said.set(one.id, { state: store.KEPT });
      if (row && one.stored === 'refused') {
        said.set(one.id, { state: store.REFUSED, why: one.why });
        tell('refused', { record: row.wire, why: one.why });
      }
      if (row && one.stored === 'later') later.push(row.scan);
    }
    if (said.size) await store.settle(device, 'records', said);
    if (later.length) await store.sendAgain(later);
    tell('queue');
    return results.size + said.size;
  }

  async function takeRoster({ roster }) {
    if (!roster || !Array.isArray(roster.changes) || current.cursor === null) return false;
    if (!roster.changes.length && roster.cursor === current.cursor) return false;
    current = await store.putRoster(device, roster.changes, (one) => { one.cursor = roster.cursor; }) ?? current;
    tell('kit', current);
    return Boolean(roster.more);
  }

  /** The roster, page by page; what has come so far is kept, so that it goes on where it was cut. */
  async function loadRoster() {
    for (let more = true; more && !closed;) {
      const from = current.loading ?? current.cursor ?? beforeAll;
      const path = `${paths.roster}?cursor=${from}&limit=${rosterPage}`;
      const answer = await call(path, { token: current.token, ms: callMs, marked: false });
      if (answer.kind !== 'answer' || !Array.isArray(answer.told.entries)) {
        if (answer.kind === 'stranger') be('stranger');
        return;
      }
      const { told } = answer;
      clock.learn(told.server_time, answer.sent, answer.got);
      more = Boolean(told.more) && told.cursor > from;
      const isDone = !more;
      current = await store.putRoster(device, told.entries, (one) => {
        one.loading = isDone ? null : told.cursor;
        if (isDone) one.cursor = told.cursor ?? beforeAll;
        one.final = Boolean(told.final);
        one.fair = told.fair ?? one.fair;
        one.gates = told.gates ?? one.gates;
        one.pin = told.pin ?? null;
        one.read_at = Date.now();
        one.offset = clock.offset;
      }) ?? current;
      tell('kit', current);
    }
  }

  // -- calls ------------------------------------------------------------------------

  const recordOf = async ({ wire, pin }) => (pin ? { ...wire, pin: await unseal(pin) } : wire);

  async function post(sent, { ms, isSync }) {
    const { number } = await store.countUnsent(device);
    const records = await Promise.all((sent.records ?? []).map(recordOf));
    return call(paths[queue], {
      token: current.token,
      ms,
      body: {
        epoch: current.epoch,
        queued: number,
        acknowledged: current.acknowledged,
        ...(isSync && queue === 'scans' && { since: current.cursor }),
        [queue]: sent[queue].map((row) => row.wire),
        ...(records.length && { records }),
      },
    });
  }

  async function take(sent, answer) {
    wentWell(answer);
    // Whoever stands before the gate is answered before anything is written down.
    for (const one of strings(answer.told.results)) {
      if (stateOf(one.stored) !== undefined) waiting.get(one.id)?.(one);
    }
    await noticeRestore(answer.told);
    const moved = await settle(sent, answer.told);
    const { hall } = answer.told;
    if ((hall || queue === 'contacts') && performance.now() - noted > noteMs) {
      noted = performance.now();
      await changeKit((one) => { one.hall = hall ?? null; one.offset = clock.offset; one.stranger = false; });
    }
    return moved;
  }

  // Fresh scans that somebody waits for: a round under way may take one along, and hear its verdict.
  const waiting = new Map();

  /** Send one fresh scan and wait at most `ms` for its verdict; null if none came in time. */
  function ask(row, ms) {
    const until = performance.now() + ms;
    return new Promise((done) => {
      waiting.set(row.id, done);
      // Whoever waits for a light waits no longer than this, whatever hangs below.
      setTimeout(() => done(null), ms);
      navigator.locks.request(lock, { signal: AbortSignal.timeout(ms) }, async () => {
        const left = until - performance.now();
        const kept = await store.getScan(row.id);
        if (left <= 0 || kept?.state !== store.UNSENT) return;
        const sent = { [queue]: [kept], records: [] };
        const answer = await post(sent, { ms: left, isSync: false });
        if (answer.kind !== 'answer') {
          wentWrong(answer);
          return;
        }
        await take(sent, answer);
      }).catch(() => {}).finally(() => done(null));
    }).finally(() => waiting.delete(row.id));
  }

  /** Send what waits, and hear what is new. True if it went well. */
  async function round() {
    // Another tab may have moved the cursor, or what was acknowledged.
    current = await store.getKit(device) ?? current;
    const rows = await store.nextBatch(device, size);
    const sent = queue === 'scans' ? { scans: rows.scans, records: rows.records } : { contacts: rows.contacts };
    const items = sent[queue].length + (sent.records?.length ?? 0);
    const answer = await post(sent, { ms: callMs, isSync: true });
    if (answer.kind === 'refused' && items) return halve(sent, items, answer.code);
    if (answer.kind !== 'answer') {
      wentWrong(answer);
      return { more: false };
    }
    const moved = await take(sent, answer);
    const moreRoster = await takeRoster(answer.told);
    size = batchSize;
    const waitMs = Number(answer.told.retry_after_ms) || 0;
    if (waitMs) notBefore = performance.now() + Math.min(waitMs, slowestMs);
    // Nothing moved: the same call again would only say the same.
    return { more: !waitMs && (moreRoster || (moved > 0 && moved === items)) };
  }

  async function halve(sent, items, code) {
    failures = 0;
    be('online');
    if (items > 1) {
      size = Math.floor(items / 2);
      return { more: true };
    }
    const [name] = [queue, 'records'].filter((one) => sent[one]?.length);
    await store.settle(device, name, new Map([[sent[name][0].id, { state: store.REFUSED, why: code }]]));
    size = batchSize;
    tell('queue');
    return { more: true };
  }

  async function cycle() {
    if (performance.now() < notBefore) return;
    for (let more = true; more && !closed;) {
      // The lock goes between two calls, so that a fresh scan never waits for a long queue.
      const done = await navigator.locks.request(lock, { ifAvailable: true }, (free) => (free ? round() : null));
      more = Boolean(done?.more);
    }
    const isStale = current.cursor === null || !(Date.now() - current.read_at < rereadMs);
    if (state === 'online' && isStale && queue === 'scans') await loadRoster();
  }

  function pause() {
    const left = Math.max(0, notBefore - performance.now());
    if (state === 'stranger') return strangerMs;
    if (!failures) return Math.max(left, between(0.8, 1.2) * everyMs);
    // Full jitter: phones that lost the server together do not come back together.
    return Math.max(left, between(0, Math.min(slowestMs, firstMs * 2 ** failures)));
  }

  let running = null;
  function wake() {
    clearTimeout(timer);
    if (closed) return running;
    running ??= cycle().catch(() => {}).finally(() => {
      running = null;
      if (!closed) timer = setTimeout(wake, pause());
    });
    return running;
  }

  const onSight = () => { if (document.visibilityState === 'visible') wake(); };
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', onSight);

  return {
    get kit() { return current; },
    get isUp() { return !['offline', 'stranger'].includes(state) && performance.now() >= notBefore; },
    get state() { return state; },
    changeKit,
    ask,
    wake,
    close() {
      closed = true;
      clearTimeout(timer);
      removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', onSight);
    },
  };
}
