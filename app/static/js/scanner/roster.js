// The list of tickets, sealed: an entry can be read only while its ticket is presented, because its key
// is made from the ticket's code, which the phone does not keep.
import { unhex } from './ids.js';

const info = new TextEncoder().encode('xunpin/roster');
const nonceBytes = 12;

async function keyOf(code) {
  const raw = await crypto.subtle.importKey('raw', new TextEncoder().encode(code), 'HKDF', false, ['deriveKey']);
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info };
  return crypto.subtle.deriveKey(how, raw, { name: 'AES-GCM', length: 256 }, false, ['decrypt']);
}

/** {n: masked name, s: school, l: level} of an entry, by the ticket's code; null if it does not open. */
export async function open(entry, code) {
  try {
    const sealed = Uint8Array.from(atob(entry.s), (ch) => ch.charCodeAt(0));
    const how = { name: 'AES-GCM', iv: sealed.slice(0, nonceBytes), additionalData: unhex(entry.t) };
    const plain = await crypto.subtle.decrypt(how, await keyOf(code), sealed.slice(nonceBytes));
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return null;
  }
}
