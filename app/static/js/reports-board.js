// The live board asks every few seconds whether anything changed; "no" (304) costs the server next to nothing.
// When no answer came for half a minute it says so: old figures on a projector must not look new.
const STALE_AFTER = 30_000;
const board = document.querySelector('[data-board]');

if (board) {
  const every = Number(board.dataset.boardEvery) * 1000 || 5000;
  let tag = board.dataset.boardTag;
  let answered = Date.now();

  const show = (html) => {
    const page = new DOMParser().parseFromString(html, 'text/html');
    board.replaceChildren(...page.body.children);
  };

  const mark = () => {
    const stale = Date.now() - answered > STALE_AFTER;
    for (const note of board.querySelectorAll('[data-stale-note]')) note.hidden = !stale;
  };

  const look = async () => {
    try {
      const answer = await fetch(board.dataset.board, {
        headers: { 'If-None-Match': `"${tag}"` },
        cache: 'no-store',
        signal: AbortSignal.timeout(10_000),
      });
      // The link was revoked or the session ended: the page itself says what to do.
      if ([401, 403, 404, 410].includes(answer.status)) { location.reload(); return; }
      if (answer.status === 200) {
        show(await answer.text());
        tag = (answer.headers.get('ETag') || '').replace(/^W\/|"/g, '');
      } else if (answer.status !== 304) {
        throw new Error(String(answer.status));
      }
      answered = Date.now();
    } catch {
      // No network, a restart: the next look may find it again.
    }
    mark();
    setTimeout(look, every);
  };

  setTimeout(look, every);
}
