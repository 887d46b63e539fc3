// How far this phone's clock is from the server's. Of the last 20 answers the quickest one is believed:
// the less time it took, the less the middle of the call can be off.

const kept = 20;
const jumpMs = 2_000;

export function makeClock(offset = null) {
  const samples = [];
  let known = offset;
  let apart = Date.now() - performance.now();

  /** Someone set the phone's clock (or it slept): what was measured before says little now. */
  function jumped() {
    const now = Date.now() - performance.now();
    const by = now - apart;
    apart = now;
    if (Math.abs(by) < jumpMs) return false;
    samples.length = 0;
    // Time cannot run backwards while a phone sleeps: that was a hand at the clock.
    if (by < 0 && known !== null) known -= Math.round(by);
    return true;
  }

  return {
    get offset() {
      jumped();
      return known;
    },
    /** Take an answer's `server_time`; `sent` and `got` are performance.now() around the call. */
    learn(serverTime, sent, got) {
      const server = Date.parse(serverTime);
      if (!Number.isFinite(server)) return known;
      jumped();
      const trip = got - sent;
      samples.push({ trip, offset: Math.round(server + trip / 2 - Date.now()) });
      if (samples.length > kept) samples.shift();
      known = samples.reduce((best, one) => (one.trip < best.trip ? one : best)).offset;
      return known;
    },
    /** Now: the best estimate `at` (ms), the raw clock, and what lies between. */
    now() {
      jumped();
      const raw = Date.now();
      return { at: raw + (known ?? 0), device_time: raw, offset_ms: known, knowsTime: known !== null };
    },
  };
}
