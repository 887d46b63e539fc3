// What the phone keeps, in IndexedDB. Every write that a light depends on is one strict transaction: it is
// on the disk when the promise is kept. Nothing here can be read as a person: tickets are hashes, roster
// entries are sealed under the ticket's own code, names are never written.
//
//   kits      one a device (a fair and a role): token, fair, gates, epoch, cursor, seq
//   scans     {id, device, seq, state, wire, …}: `wire` is what is sent and never changes after the insert
//   records   what is said about a scan afterwards: shown, decision, void
//   contacts  a booth's: whom they met, which step they propose
//   roster    sealed entries by device and ticket
//   meta      the chosen language and device, the key that seals a PIN

export const UNSENT = 0;
export const KEPT = 1; // acknowledged; stays until a day after the fair, in case the server must be refilled
export const REFUSED = 2; // the server will not have it as it is; stays, flagged
export const SET_ASIDE = 3; // the server keeps it apart for a person to look at

const name = 'xunpin-scanner';
const version = 1;
const QUEUES = ['scans', 'records', 'contacts'];
let opening = null;

function build(db) {
  db.createObjectStore('kits', { keyPath: 'device' });
  db.createObjectStore('meta');
  db.createObjectStore('roster', { keyPath: ['device', 't'] });
  for (const queue of QUEUES) {
    const store = db.createObjectStore(queue, { keyPath: 'id' });
    store.createIndex('state', ['device', 'state', 'n']);
    if (queue !== 'records') store.createIndex('seq', ['device', 'n'], { unique: true });
    if (queue !== 'records') store.createIndex('ticket', ['device', 'ticket']);
    else store.createIndex('scan', 'scan');
  }
}

function open() {
  opening ??= new Promise((done, failed) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => build(request.result);
    request.onerror = () => failed(request.error);
    request.onblocked = () => failed(new Error('blocked'));
    request.onsuccess = () => {
      const db = request.result;
      // A newer page wants to change the shape: let go, so that it does not wait for this tab.
      db.onversionchange = () => { db.close(); opening = null; };
      db.onclose = () => { opening = null; };
      done(db);
    };
  });
  opening.catch(() => { opening = null; });
  return opening;
}

/** Run `work(stores)` in one transaction; kept when it is complete, with what `work` returned. */
async function within(names, mode, work, durability = 'strict') {
  const db = await open();
  return new Promise((done, failed) => {
    const transaction = db.transaction(names, mode, { durability });
    const stores = Object.fromEntries(names.map((one) => [one, transaction.objectStore(one)]));
    let told;
    transaction.oncomplete = () => done(told);
    transaction.onabort = () => failed(transaction.error ?? new Error('aborted'));
    Promise.resolve(work(stores)).then((value) => { told = value; }, (error) => {
      try { transaction.abort(); } catch { /* it is over already */ }
      failed(error);
    });
  });
}

const read = (names, work) => within(names, 'readonly', work);
const write = (names, work) => within(names, 'readwrite', work);

function answer(request) {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

const all = IDBKeyRange.bound;
const inState = (device, state) => all([device, state], [device, state, []]);

/** Walk a cursor and change every row by `change(row)`. */
function each(source, range, change) {
  return new Promise((done, failed) => {
    const request = source.openCursor(range);
    request.onerror = () => failed(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) {
        done();
        return;
      }
      change(cursor);
      cursor.continue();
    };
  });
}

// -- devices ------------------------------------------------------------------

export const listKits = () => read(['kits'], ({ kits }) => answer(kits.getAll()));
export const getKit = (device) => read(['kits'], ({ kits }) => answer(kits.get(device)));
export const putKit = (kit) => write(['kits'], ({ kits }) => answer(kits.put(kit)));

/** Change a kit by `change(kit)`; returns it as it is then. */
export function changeKit(device, change) {
  return write(['kits'], async ({ kits }) => {
    const kit = await answer(kits.get(device));
    if (!kit) return null;
    change(kit);
    kits.put(kit);
    return kit;
  });
}

/** Forget a device with everything of it. Only for one that has nothing unsent. */
export function dropKit(device) {
  return write(['kits', 'roster', ...QUEUES], async (stores) => {
    for (const queue of QUEUES) {
      if (await answer(stores[queue].index('state').count(inState(device, UNSENT)))) return false;
    }
    for (const queue of QUEUES) {
      const range = all([device], [device, []]);
      await each(stores[queue].index('state'), range, (cursor) => cursor.delete());
    }
    stores.roster.delete(all([device], [device, []]));
    stores.kits.delete(device);
    return true;
  });
}

export const getMeta = (key) => read(['meta'], ({ meta }) => answer(meta.get(key)));
export const setMeta = (key, value) => write(['meta'], ({ meta }) => answer(meta.put(value, key)));

// -- what is said ---------------------------------------------------------------

/** Add a scan under the device's next number: the one transaction before every light. */
export function addScan(device, { wire, at, shown = null }) {
  return write(['kits', 'scans'], async ({ kits, scans }) => {
    const kit = await answer(kits.get(device));
    if (!kit) throw new Error('no such device');
    kit.seq += 1;
    const row = {
      id: wire.id, device, n: kit.seq, state: UNSENT, ticket: wire.ticket ?? '', at,
      direction: wire.direction, gate: wire.gate, verdict: shown, decision: null, voided: false,
      wire: { ...wire, seq: kit.seq, ...(shown && { shown }) },
    };
    kits.put(kit);
    scans.add(row);
    return row;
  });
}

/** Add a record about a scan, and note on the scan itself what the next verdict must know. `pin` is sealed. */
export function addRecord(device, wire, noted, pin = null) {
  return write(['scans', 'records'], async ({ scans, records }) => {
    const scan = await answer(scans.get(wire.scan));
    if (scan) scans.put({ ...scan, ...noted });
    records.add({ id: wire.id, device, n: Date.parse(wire.at), state: UNSENT, scan: wire.scan, wire, pin });
  });
}

/** Add a booth's contact under its next number. */
export function addContact(device, { wire, at }) {
  return write(['kits', 'contacts'], async ({ kits, contacts }) => {
    const kit = await answer(kits.get(device));
    if (!kit) throw new Error('no such device');
    kit.seq += 1;
    const row = {
      id: wire.id, device, n: kit.seq, state: UNSENT, ticket: wire.ticket ?? wire.short_code, at,
      wire: { ...wire, seq: kit.seq },
    };
    kits.put(kit);
    contacts.add(row);
    return row;
  });
}

/** This phone's contacts with a ticket (its hash, or a short code), oldest first. */
export async function contactsOf(device, ticket) {
  const rows = await read(['contacts'], ({ contacts }) => answer(contacts.index('ticket').getAll([device, ticket])));
  return rows.sort((a, b) => a.n - b.n);
}

/** The newest contacts of a device, oldest of them first. */
export function newestContacts(device, most) {
  return read(['contacts'], ({ contacts }) => new Promise((done, failed) => {
    const rows = [];
    const request = contacts.index('seq').openCursor(all([device], [device, []]), 'prev');
    request.onerror = () => failed(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor || rows.length === most) {
        done(rows.reverse());
        return;
      }
      rows.push(cursor.value);
      cursor.continue();
    };
  }));
}

/**
 * Take over what other devices of this phone hold for the same stand and could not send: `ids` makes new ids,
 * because the server may know the old ones from the old device. Returns how many there were.
 */
export function adoptContacts(device, ids) {
  return write(['kits', 'contacts'], async ({ kits, contacts }) => {
    const kit = await answer(kits.get(device));
    const isSame = (one) => one.device !== device && one.role === 'booth' && one.stranger
      && one.fair.slug === kit.fair.slug && one.booth?.employer === kit.booth?.employer;
    const others = (await answer(kits.getAll())).filter(isSame);
    let number = 0;
    for (const other of others) {
      const rows = await answer(contacts.index('state').getAll(inState(other.device, UNSENT)));
      for (const row of rows) {
        kit.seq += 1;
        number += 1;
        const wire = { ...row.wire, id: ids(), seq: kit.seq };
        contacts.delete(row.id);
        contacts.add({ ...row, id: wire.id, device, n: kit.seq, wire });
      }
    }
    kits.put(kit);
    return number;
  });
}

/** This phone's scans of a ticket, oldest first, as verdict.js reads them. */
export async function pastOf(device, ticket) {
  if (!ticket) return [];
  const rows = await read(['scans'], ({ scans }) => answer(scans.index('ticket').getAll([device, ticket])));
  return rows.sort((a, b) => a.n - b.n);
}

export const getScan = (id) => read(['scans'], ({ scans }) => answer(scans.get(id)));

// -- the queue --------------------------------------------------------------------

/** {number, oldest}: how many scans (or contacts) the server does not know all about, and since when. */
export function countUnsent(device) {
  return read(QUEUES, async (stores) => {
    const range = inState(device, UNSENT);
    const [scans, contacts, records, first, earliest] = await Promise.all([
      answer(stores.scans.index('state').count(range)),
      answer(stores.contacts.index('state').count(range)),
      answer(stores.records.index('state').getAll(range)),
      answer(stores.scans.index('state').getAll(range, 1)),
      answer(stores.contacts.index('state').getAll(range, 1)),
    ]);
    // A scan that waits together with its record is one thing to a person.
    const about = await Promise.all([...new Set(records.map((one) => one.scan))].map(
      (id) => answer(stores.scans.get(id)),
    ));
    const alone = about.filter((scan) => !scan || scan.state !== UNSENT).length;
    const times = [...first.map((one) => one.at), ...earliest.map((one) => one.at)];
    if (alone) times.push(records[0].n);
    return { number: scans + contacts + alone, scans, oldest: times.length ? Math.min(...times) : null };
  });
}

/** How many rows the server refused or set aside. */
export function countFlagged(device) {
  return read(QUEUES, async (stores) => {
    const counts = QUEUES.flatMap((queue) => [REFUSED, SET_ASIDE].map(
      (state) => answer(stores[queue].index('state').count(inState(device, state))),
    ));
    return (await Promise.all(counts)).reduce((sum, one) => sum + one, 0);
  });
}

/** The next things to send, oldest first: {scans, records} or {contacts}, at most `size` together. */
export function nextBatch(device, size) {
  return read(QUEUES, async (stores) => {
    const range = inState(device, UNSENT);
    const take = (queue, most) => (most > 0 ? answer(stores[queue].index('state').getAll(range, most)) : []);
    const scans = await take('scans', size);
    const records = await take('records', size - scans.length);
    const contacts = await take('contacts', size);
    return { scans, records, contacts };
  });
}

/** Mark what came back by its own id. `results`: Map id → {state, verdict?, why?}. */
export function settle(device, queue, results) {
  const names = queue === 'records' ? ['scans', queue] : ['kits', queue];
  return write(names, async (stores) => {
    let highest = 0;
    for (const [id, said] of results) {
      const row = await answer(stores[queue].get(id));
      if (row) {
        stores[queue].put({
          ...row,
          state: said.state,
          // What a scan was worth stays; what a student says to a contact may change.
          ...(said.verdict && (queue === 'contacts' || !row.verdict) && { verdict: said.verdict }),
          ...(said.first && { first: said.first }),
          ...(said.why && { why: said.why }),
        });
        if (said.state === KEPT) highest = Math.max(highest, row.n);
      }
    }
    if (queue !== 'records' && highest) {
      const kit = await answer(stores.kits.get(device));
      if (kit && kit.acknowledged < highest) stores.kits.put({ ...kit, acknowledged: highest });
    }
  });
}

/** A record whose scan the server does not have: the scan has to go first, again. */
export function sendAgain(ids) {
  return write(['scans'], async ({ scans }) => {
    for (const id of ids) {
      const row = await answer(scans.get(id));
      if (row?.state === KEPT) scans.put({ ...row, state: UNSENT });
    }
  });
}

/** The server lost what it had: send everything of this fair again, and ask for the whole roster. */
export function beginAgain(device, change) {
  return write(['kits', ...QUEUES], async (stores) => {
    for (const queue of QUEUES) {
      for (const state of [KEPT, REFUSED]) {
        await each(stores[queue].index('state'), inState(device, state), (cursor) => {
          cursor.update({ ...cursor.value, state: UNSENT });
        });
      }
    }
    const kit = await answer(stores.kits.get(device));
    if (kit) {
      change(kit);
      stores.kits.put(kit);
    }
    return kit;
  });
}

// -- the roster -------------------------------------------------------------------

/** Put entries and move the cursor, together. A later version of a ticket replaces an earlier one. */
export function putRoster(device, entries, change) {
  return within(['kits', 'roster'], 'readwrite', async ({ kits, roster }) => {
    for (const entry of entries) roster.put({ ...entry, device });
    const kit = await answer(kits.get(device));
    if (!kit) return null;
    change(kit);
    kits.put(kit);
    return kit;
  }, 'relaxed');
}

export const getEntry = (device, ticket) => read(['roster'], ({ roster }) => answer(roster.get([device, ticket])));
export const countRoster = (device) => read(['roster'], ({ roster }) => answer(roster.count(all([device], [device, []]))));
