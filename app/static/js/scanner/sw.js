// The scanner's service worker. It keeps the shell (page, styles, scripts, the code reader) and nothing
// else: no token, no person, never an answer of /api/. `SHELL` {version, page, files: {address: sha256}}
// stands before this text, see app/checkins/views/app.py.
/* global SHELL */
const prefix = 'xunpin-shell-';
const pointer = 'xunpin-pointer'; // which version is served: a new one waits until nothing is unsent
const own = prefix + SHELL.version;

async function pinned() {
  const kept = await (await caches.open(pointer)).match('/scanner/');
  const name = kept ? await kept.text() : '';
  return name && await caches.has(name) ? name : own;
}

async function pin(name) {
  await (await caches.open(pointer)).put('/scanner/', new Response(name));
  for (const one of await caches.keys()) {
    if (one.startsWith(prefix) && one !== name && one !== own) await caches.delete(one);
  }
}

/** Whether the phone still holds something that the server does not have. A doubt counts as yes. */
function hasUnsent() {
  return new Promise((done) => {
    const request = indexedDB.open('xunpin-scanner');
    request.onupgradeneeded = () => { request.transaction.abort(); };
    request.onerror = () => done(request.error?.name !== 'AbortError');
    request.onblocked = () => done(true);
    request.onsuccess = () => {
      const db = request.result;
      const queues = ['scans', 'records', 'contacts'].filter((one) => db.objectStoreNames.contains(one));
      const leave = (found) => { db.close(); done(found); };
      if (!queues.length) {
        leave(false);
        return;
      }
      let found = 0;
      const looking = db.transaction(['kits', ...queues]);
      looking.objectStore('kits').getAllKeys().onsuccess = ({ target }) => {
        for (const device of target.result) {
          const range = IDBKeyRange.bound([device, 0], [device, 0, []]);
          for (const queue of queues) {
            looking.objectStore(queue).index('state').count(range).onsuccess = (event) => { found += event.target.result; };
          }
        }
      };
      looking.oncomplete = () => leave(found > 0);
      looking.onabort = () => leave(true);
    };
  });
}

async function install() {
  const cache = await caches.open(own);
  // The digests keep a page and scripts of two versions from meeting in one cache while a server is renewed.
  await cache.addAll(Object.entries(SHELL.files).map(
    ([address, digest]) => new Request(address, { cache: 'reload', credentials: 'omit', integrity: digest }),
  ));
  if (!self.registration.active) await self.skipWaiting();
}

async function activate() {
  const before = await pinned();
  if (before === own || !await hasUnsent()) await pin(own);
  await self.clients.claim();
}

async function serve(request, address) {
  const cache = await caches.open(await pinned());
  return await cache.match(address, { ignoreVary: true }) ?? fetch(request);
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('message', (event) => {
  if (event.data !== 'take-over') return;
  event.waitUntil(hasUnsent().then((unsent) => {
    if (!unsent) return pin(own).then(() => self.skipWaiting());
    return undefined;
  }));
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin || url.pathname.startsWith('/api/')) return;
  if (request.mode === 'navigate' && url.pathname === SHELL.page) event.respondWith(serve(request, SHELL.page));
  else if (/^\/(static|bootstrap)\//.test(url.pathname) || url.pathname in SHELL.files) {
    event.respondWith(serve(request, url.pathname + url.search));
  }
});
