// The supervisor's PIN: checked on the phone against the salted hash that came with the roster, kept for the
// server only sealed under a key that scripts cannot read out.
import * as store from './store.js';
import { hex, unhex } from './ids.js';

const triesMost = 5;
const pauseMs = 600_000;
const ivBytes = 12;
let wrong = [];

/** right | wrong | locked | missing. `pin` {salt, iterations, hash} in hex. */
export async function check(pin, text, now = Date.now()) {
  if (!pin) return 'missing';
  wrong = wrong.filter((at) => now - at < pauseMs);
  if (wrong.length >= triesMost) return 'locked';
  const raw = await crypto.subtle.importKey('raw', new TextEncoder().encode(text), 'PBKDF2', false, ['deriveBits']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: unhex(pin.salt), iterations: pin.iterations };
  const bits = await crypto.subtle.deriveBits(how, raw, 256);
  if (hex(new Uint8Array(bits)) === pin.hash) {
    wrong = [];
    return 'right';
  }
  wrong.push(now);
  return 'wrong';
}

async function sealKey() {
  const kept = await store.getMeta('seal');
  if (kept) return kept;
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  await store.setMeta('seal', made);
  return made;
}

/** {iv, sealed}: what is kept of a PIN until the server has it. */
export async function seal(text) {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const plain = new TextEncoder().encode(text);
  return { iv, sealed: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await sealKey(), plain) };
}

export async function unseal({ iv, sealed }) {
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, await sealKey(), sealed);
  return new TextDecoder().decode(plain);
}
