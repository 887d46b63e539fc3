// One call to the server, and what its answer is worth. Only a 200 with JSON and our own header is an
// answer of the server: a wifi's welcome page, a redirect or half an answer is no connection.

/** A call that came to nothing: no server, or not ours. */
const NOTHING = { kind: 'nothing' };

async function told(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/**
 * {kind: 'answer', told, sent, got} | 'refused' (halve it) | 'stranger' (enrol again) | 'busy' {waitMs} | 'nothing'.
 * `ms` is the longest the whole call may take, its body included.
 */
export async function call(path, { token, body, ms, marked = true }) {
  const sent = performance.now();
  try {
    const response = await fetch(path, {
      method: body ? 'POST' : 'GET',
      headers: {
        Accept: 'application/json',
        Authorization: `Bearer ${token}`,
        ...(body && { 'Content-Type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(ms),
    });
    const got = performance.now();
    if (response.status === 200) {
      const ours = !marked || response.headers.get('X-Xunpin-Scan') === '1';
      const said = ours ? await told(response) : null;
      return said && typeof said === 'object' ? { kind: 'answer', told: said, sent, got } : NOTHING;
    }
    if ([429, 503].includes(response.status) && response.headers.has('Retry-After')) {
      const seconds = Number(response.headers.get('Retry-After')) || 1;
      return { kind: 'busy', waitMs: Math.min(60, seconds) * 1_000 };
    }
    if (![400, 401, 403, 413, 422].includes(response.status)) return NOTHING;
    // An error counts as ours only when it speaks as ours: portals answer 403 too.
    const said = await told(response);
    if (typeof said?.error?.code !== 'string') return NOTHING;
    const kind = [401, 403].includes(response.status) ? 'stranger' : 'refused';
    return { kind, code: said.error.code };
  } catch {
    return NOTHING;
  }
}
