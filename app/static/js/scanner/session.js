// One device at work: its link, its gate and its screen, from start to stop.
import { makeClock } from './clock.js';
import { makeGate } from './gate.js';
import { makePageCamera } from './page-camera.js';
import { makeScreen } from './screen.js';
import { isIdle } from './shell.js';
import * as store from './store.js';
import { makeLink } from './sync.js';

const repaintMs = 1_000;

/** Which way people go through the kit's gate, where nobody chose. */
export function directionOf(kit) {
  const here = kit.gates.find((one) => one.id === kit.gate);
  return kit.direction ?? (here?.direction === 'exit' ? 'out' : 'in');
}

/** `page` the gate's element; `take(text, from)` hears what the camera reads. */
export async function startSession(kit, { words, page, wasm, take }) {
  await store.setMeta('device', kit.device);
  const clock = makeClock(kit.offset);
  const link = makeLink({ kit, clock, tell });
  const screen = makeScreen({ root: page, words, kit: () => link.kit });
  let hall = kit.hall;
  let direction = directionOf(kit);
  let last = null;

  const place = () => {
    const here = link.kit.gates.find((one) => one.id === link.kit.gate);
    return { gate: link.kit.gate, direction, name: here?.name ?? '' };
  };
  const context = () => ({ fair: link.kit.fair, gate: place().name, now: clock.now().at });
  const gate = makeGate({ link, clock, place, show });

  function show(light, { isRepeat }) {
    screen.show(light, context());
    if (isRepeat || light.code === 'cannot_record') return;
    if (Number.isInteger(light.inside)) paintHall({ ...hall, inside: light.inside });
    else if (light.local) paintHall({ ...hall, inside: guessInside(light) });
    screen.remember(light, context());
    last = light;
    repaint();
  }

  /** Between two answers the phone counts on with its own lights. */
  function guessInside(light) {
    if (!Number.isInteger(hall?.inside)) return undefined;
    if (gate.isGreen(light)) return hall.inside + 1;
    return light.code === 'exited' ? Math.max(0, hall.inside - 1) : hall.inside;
  }

  function paintHall(next) {
    hall = { ...next };
    screen.paintHall(hall);
  }

  function tell(what, detail) {
    if (what === 'link') screen.paintLink(detail);
    if (what === 'hall') paintHall(detail);
    if (what === 'kit') screen.paintPlace();
    if (what === 'queue') repaint();
    if (what === 'refused') screen.note(words.say('record_refused'), 'bad');
    if (what === 'late' && gate.isGreen({ code: detail.row.verdict }) && !gate.isGreen(detail.answer)) {
      screen.note(words.say('late', {
        name: detail.answer.name || words.say('nobody'), verdict: words.say(`title_${detail.answer.code}`),
      }), 'bad');
    }
  }

  async function repaint() {
    const [unsent, flagged] = await Promise.all([store.countUnsent(kit.device), store.countFlagged(kit.device)]);
    screen.paintQueue({ ...unsent, flagged }, clock.now().at);
  }

  function face(way) {
    direction = way;
    for (const button of page.querySelectorAll('[data-way]')) {
      button.setAttribute('aria-pressed', String(button.dataset.way === way));
    }
  }

  const camera = makePageCamera({ page, words, wasm, found: take, note: (text) => screen.note(text, 'bad') });
  camera.openIfAllowed();

  const ticking = setInterval(() => repaint().catch(() => {}), repaintMs);
  screen.paintPlace();
  screen.paintHall(hall);
  face(direction);
  repaint().catch(() => {});
  link.wake();

  return {
    link, gate, screen, clock, camera, face, context,
    get last() { return last; },
    isQuiet: async (acted) => isIdle(Math.max(gate.lastAt, acted)) && !(await store.countUnsent(kit.device)).number,
    stop() {
      clearInterval(ticking);
      link.close();
      camera.close();
    },
  };
}
