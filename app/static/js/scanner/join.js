// How this phone comes to a fair: by the organiser's QR, or by the session of whoever is signed in.
import { uuid7 } from './ids.js';
import * as store from './store.js';

const callMs = 15_000;
const triesMost = 5;
const pauseMs = 1_500;
const dayMs = 86_400_000;

/** What the address asks for: {enrol} | {fair, gate} | {fair, booth} | null. The secret leaves the address at once. */
export function readAddress() {
  const asked = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (location.hash) history.replaceState(null, '', location.pathname);
  if (asked.enrol) return { enrol: asked.enrol };
  if (!asked.fair) return null;
  return { fair: asked.fair, gate: Number(asked.gate) || null, role: asked.booth ? 'booth' : 'gate' };
}

/** Ask; a server that says "later" (429, 503) has done nothing yet and is asked again. */
async function ask(path, given) {
  for (let left = triesMost - 1; ; left -= 1) {
    const answer = await askOnce(path, given);
    if (!left || ![429, 503].includes(answer.status)) return answer;
    await new Promise((go) => { setTimeout(go, pauseMs); });
  }
}

async function askOnce(path, { body, token = '', credentials = 'omit' } = {}) {
  let response;
  try {
    response = await fetch(path, {
      method: body ? 'POST' : 'GET',
      headers: {
        Accept: 'application/json',
        ...(body && { 'Content-Type': 'application/json' }),
        ...(token && { 'X-CSRFToken': token }),
      },
      body: body && JSON.stringify(body),
      credentials,
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(callMs),
    });
    const told = await response.json();
    return { status: response.status, told };
  } catch {
    // A sign-in page instead of an answer: nobody is signed in. No answer at all: no network.
    return { status: response?.ok || response?.type === 'opaqueredirect' ? 401 : response?.status ?? 0, told: null };
  }
}

async function keep(told) {
  const kit = {
    device: told.device,
    token: told.token,
    role: told.role === 'booth' ? 'booth' : 'gate',
    fair: told.fair,
    gates: told.gates ?? [],
    gate: told.gate ?? told.gates?.[0]?.id ?? null,
    booth: told.booth ?? null,
    epoch: null,
    cursor: null,
    loading: null,
    final: false,
    pin: null,
    offset: null,
    hall: null,
    seq: 0,
    acknowledged: 0,
    read_at: 0,
  };
  await store.putKit(kit);
  if (kit.role === 'booth') await store.adoptContacts(kit.device, uuid7);
  return store.getKit(kit.device);
}

function outcome({ status, told }) {
  if (status === 201 && told?.token && told?.fair?.slug) return null;
  if (status === 0) return 'offline';
  if (status === 429 || status >= 500) return 'busy';
  if (status === 401) return 'signed-out';
  return status === 404 ? 'unknown' : 'refused';
}

/** Redeem the organiser's code: {kit} or {failed: offline | busy | unknown | refused}. */
export async function redeem(secret, name) {
  const answer = await ask('/api/v1/devices', { body: { enrol: secret, name } });
  const failed = outcome(answer);
  return failed ? { failed: failed === 'signed-out' ? 'refused' : failed } : { kit: await keep(answer.told) };
}

/**
 * Ask for a device with the browser's own session:
 * {kit} or {failed: offline | busy | signed-out | unknown | refused}.
 */
export async function joinSignedIn({ fair, gate, role }, name) {
  const session = await ask('/scanner/session', { credentials: 'same-origin' });
  if (session.status !== 200) {
    return { failed: { 0: 'offline', 401: 'signed-out' }[session.status] ?? 'busy' };
  }
  const slug = encodeURIComponent(fair);
  const path = role === 'booth' ? `/employer/fairs/${slug}/devices` : `/staff/fairs/${slug}/devices`;
  const body = role === 'booth' ? { name } : { gate, name };
  const answer = await ask(path, { body, token: session.told.csrf, credentials: 'same-origin' });
  const failed = outcome(answer);
  return failed ? { failed } : { kit: await keep(answer.told) };
}

/** Devices of fairs that are long over and have nothing unsent are forgotten. Returns the others. */
export async function tidy(kits, now = Date.now()) {
  const left = [];
  for (const kit of kits) {
    const isOver = now > Date.parse(kit.fair.ends_at) + dayMs;
    if (!isOver || !await store.dropKit(kit.device)) left.push(kit);
  }
  return left;
}

/** The device that answers what the address asks for, if the phone has one. */
export function find(kits, { fair, role }) {
  return kits.find((kit) => kit.fair.slug === fair && kit.role === role && !(role === 'booth' && kit.stranger));
}

/** What the organiser's list calls this phone, to begin with. */
export function phoneName() {
  const agent = navigator.userAgent;
  const system = /Android [\d.]*; ([^;)]+)/.exec(agent)?.[1]
    ?? /(iPhone|iPad|Android|Windows|Macintosh|Linux)/.exec(agent)?.[1] ?? '';
  const browser = /(MicroMessenger|Edg|Firefox|Chrome|Safari)/.exec(agent)?.[1] ?? '';
  const known = { MicroMessenger: 'WeChat', Edg: 'Edge', Macintosh: 'Mac' };
  return [system.replace(/ Build.*/, '').trim(), browser].map((one) => known[one] ?? one).filter(Boolean).join(', ').slice(0, 60);
}
