// What a ticket is worth, decided on the phone alone. A pure function with the server's rules
// (app/checkins/merge.py and services/scans.py); tests/checkins/verdict_cases.py asks both the same cases.

const openStatuses = new Set(['published', 'closed']);
export const greens = new Set(['admitted', 're_entry', 'override']);
// Amber and blue: whoever stands at the gate looks and says yes or no.
export const asked = new Set(['unverified', 'already_admitted', 'waitlisted', 'not_open', 'over']);
// Where only a supervisor may say yes.
export const overridable = new Set(['capacity', 'revoked']);

function dayIn(zone, at) {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(at);
}

function wasEntry(scan) {
  if (scan.voided || scan.direction !== 'in' || scan.decision === 'turned_away') return false;
  return greens.has(scan.verdict) || scan.verdict === 'already_admitted' || scan.decision === 'let_in';
}

function entryVerdict({ fair, at, past }) {
  const entries = [];
  let exits = 0;
  for (const scan of past) {
    if (wasEntry(scan)) entries.push({ ...scan, cycle: exits });
    else if (scan.direction === 'out' && scan.verdict === 'exited' && !scan.voided) exits += 1;
  }
  if (fair.reentry === 'free') return { code: entries.length ? 're_entry' : 'admitted' };
  const same = {
    once: () => true,
    daily: (one) => dayIn(fair.time_zone, one.at) === dayIn(fair.time_zone, at),
    reentry: (one) => one.cycle === exits,
  }[fair.reentry] ?? (() => true);
  const before = entries.find(same);
  if (before) return { code: 'already_admitted', first: before.first ?? { at: before.at, gate: before.gate } };
  return { code: fair.reentry === 'reentry' && exits ? 're_entry' : 'admitted' };
}

function byTheDoors({ fair, at, knowsTime }) {
  // A phone that never met the server does not know what time it is, and does not guess.
  if (!knowsTime) return null;
  if (!openStatuses.has(fair.status) || at < Date.parse(fair.opens_at)) return 'not_open';
  return at >= Date.parse(fair.ends_at) ? 'over' : null;
}

/**
 * {code, first?, unverified?, since?, cancelled?}.
 *
 * `kind` ticket | short | foreign; `entry` the ticket's roster entry or null; `isFinal` whether the roster
 * can grow no more; `direction`; `at` ms; `knowsTime`; `past` this phone's scans of the ticket, oldest
 * first: {direction, verdict, decision, voided, at, gate, first?}.
 */
export function decide(given) {
  const { kind, entry, isFinal, direction, at, knowsTime, past } = given;
  if (kind === 'foreign') return { code: 'unknown' };
  // Somebody whom this phone has let in needs no roster to be known.
  if (!entry && !past.some(wasEntry)) {
    return { code: kind === 'ticket' && isFinal ? 'unknown' : 'unverified' };
  }
  const flags = entry?.f ?? '';
  if (flags.includes('r')) {
    if (!knowsTime) return { code: 'unverified' };
    const since = entry.at ? Date.parse(entry.at) : -Infinity;
    if (since <= at) return { code: 'revoked', since: entry.at ?? null, cancelled: Boolean(entry.c) };
  }
  if (flags.includes('w')) return { code: 'waitlisted' };
  const unverified = flags.includes('u');
  if (direction === 'out') return { code: 'exited', unverified };
  const closed = byTheDoors(given);
  if (closed) return { code: closed };
  return { ...entryVerdict(given), unverified };
}
