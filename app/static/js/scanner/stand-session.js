// A stand's device at work: its link, what its people choose, its screen, from start to stop.
import { makeClock } from './clock.js';
import { makePageCamera } from './page-camera.js';
import { isIdle } from './shell.js';
import { makeStandScreen } from './stand-screen.js';
import { makeStand } from './stand.js';
import * as store from './store.js';
import { makeLink } from './sync.js';

const repaintMs = 1_000;
const remembered = 20;

/** `page` the element of the page; `take(text, from)` hears what the camera reads. */
export async function startStand(kit, { words, page, wasm, take }) {
  await store.setMeta('device', kit.device);
  const clock = makeClock(kit.offset);
  const link = makeLink({ kit, clock, tell });
  const screen = makeStandScreen({ root: page, words, kit: () => link.kit });
  const gate = makeStand({
    link, clock, show, say: (key) => screen.note(words.say(key), 'bad'),
    isChoosing: () => screen.shown?.code === 'choose',
  });

  function show(light) {
    screen.show(light);
    if (light.code === 'saved') screen.remember(light.row);
    repaint().catch(() => {});
  }

  function tell(what, detail) {
    if (what === 'link') screen.paintLink(detail);
    if (what === 'kit') screen.paintPlace();
    if (what === 'queue') repaint().catch(() => {});
    if (what === 'met') screen.tell(detail);
  }

  async function repaint() {
    const [unsent, flagged] = await Promise.all([store.countUnsent(kit.device), store.countFlagged(kit.device)]);
    screen.paintQueue({ ...unsent, flagged }, clock.now().at);
  }

  const camera = makePageCamera({ page, words, wasm, found: take, note: (text) => screen.note(text, 'bad') });
  camera.openIfAllowed();

  const ticking = setInterval(() => repaint().catch(() => {}), repaintMs);
  screen.paintPlace();
  for (const row of await store.newestContacts(kit.device, remembered)) screen.remember(row);
  repaint().catch(() => {});
  link.wake();

  return {
    link, gate, screen, clock, camera,
    face() {},
    context: () => ({ fair: link.kit.fair }),
    last: null,
    isQuiet: async (acted) => screen.shown === null && isIdle(Math.max(gate.lastAt, acted))
      && !(await store.countUnsent(kit.device)).number,
    stop() {
      clearInterval(ticking);
      link.close();
      camera.close();
    },
  };
}
