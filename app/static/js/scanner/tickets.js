// What a scanned or typed text is: a ticket's code, a short code, or something foreign. The same rules as
// app/registrations/tickets.py; tests/checkins/reading_cases.json holds both to one answer.
import { hex } from './ids.js';

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const short = /^[2-9A-HJKMNP-TV-Z]{6}$/;
const codeLength = 28;
const longest = 500;
const prime = 1021; // the largest below 32², see app/core/codes.py

function fold(text) {
  const folded = text.normalize('NFKC').trim();
  // eslint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(folded) ? folded.toUpperCase() : null;
}

function meant(text) {
  return text.replace(/[^0-9A-Z]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}

function checksum(body) {
  const total = [...body].reduce((sum, ch, i) => sum + (i + 1) * crockford.indexOf(ch), 0) % prime;
  return crockford[total >> 5] + crockford[total & 31];
}

/** The 28 characters of a ticket in `text`, or null. */
export function readCode(text) {
  if (text.length > longest) return null;
  let folded = fold(text);
  if (folded === null) return null;
  const marker = folded.lastIndexOf('/T/');
  if (marker >= 0) {
    [folded] = folded.slice(marker + 3).split('?')[0].split('#');
    folded = folded.replace(/\/+$/, '');
  } else if (/[/:]/.test(folded)) return null;
  const code = meant(folded);
  if (code.length !== codeLength || [...code].some((ch) => !crockford.includes(ch))) return null;
  return checksum(code.slice(0, -2)) === code.slice(-2) ? code : null;
}

/** The 6 characters under a QR as they were meant, or null. */
export function readShortCode(text) {
  if (text.length > longest) return null;
  const folded = fold(text);
  const code = folded === null ? '' : meant(folded).replace(/U/g, 'V');
  return short.test(code) ? code : null;
}

/** SHA-256(text)[:16] as hex: how a ticket is named everywhere but on paper. */
export async function hashOf(text) {
  const whole = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return hex(new Uint8Array(whole, 0, 16));
}

/** {kind: ticket | short | foreign, code?, ticket? | short_code?}. The code itself is never stored. */
export async function readTicket(text) {
  const code = readCode(text);
  if (code) return { kind: 'ticket', code, ticket: await hashOf(code) };
  const shortCode = readShortCode(text);
  if (shortCode) return { kind: 'short', short_code: shortCode };
  return { kind: 'foreign', ticket: await hashOf(text.trim().slice(0, longest)) };
}
