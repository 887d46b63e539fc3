// What is seen: the top bar, the verdict over the whole screen, the last person, the log of this hour.
import { cue } from './cues.js';

const greenMs = 1_200;
const stripMs = 4_000;
const logLength = 20;
const nearly = 0.95;
const minuteMs = 60_000;
const greens = new Set(['admitted', 're_entry', 'override']);
const tones = ['ok', 'info', 'warn', 'bad'];
// Who comes with such a code has no place at this fair, and may still register.
const mayRegister = ({ code, cancelled }) => ['unknown', 'wrong_fair'].includes(code) || (code === 'revoked' && cancelled);

/** `root` the gate's page; `words` from words.js; `kit()` the device as it is now. */
export function makeScreen({ root, words, kit }) {
  const part = (selector) => root.querySelector(selector);
  const parts = (selector) => [...root.querySelectorAll(selector)];
  const strip = part('#strip');
  const last = part('#last');
  let timer = 0;
  let stripTimer = 0;
  let shown = null;

  const write = (node, text) => { if (node) node.textContent = (text ?? '').trim(); };
  const title = (code) => words.say(`title_${code}`);

  // -- the verdict ------------------------------------------------------------------

  function fill(section, told) {
    const who = section.querySelector('.who');
    const small = who.querySelector('small');
    write(small, told.sub);
    who.replaceChildren(told.who, small);
    who.hidden = !told.who && !told.sub;
    for (const one of ['why', 'todo', 'strip']) write(section.querySelector(`.${one}`), told[one]);
  }

  /** The code to register by, until the fair is over. */
  function invite(section, light, now) {
    const figure = section.querySelector('[data-join]');
    if (!figure) return;
    const { register, status, ends_at: end } = kit().fair;
    figure.hidden = !register || status !== 'published' || now >= Date.parse(end) || !mayRegister(light);
    if (figure.hidden) return;
    figure.querySelector('svg').setAttribute('viewBox', `0 0 ${register.size} ${register.size}`);
    figure.querySelector('path').setAttribute('d', register.path);
  }

  function hide() {
    clearTimeout(timer);
    for (const section of parts('.xp-scan')) section.hidden = true;
    shown = null;
  }

  function show(light, place) {
    hide();
    strip.hidden = true;
    cue(light.code);
    const told = words.describe(light, place);
    if (light.code === 'exited') {
      note([title('exited'), told.who, told.strip].filter(Boolean).join(' '), 'info');
      return;
    }
    const section = part(`#v-${light.code}`);
    fill(section, told);
    invite(section, light, place.now);
    section.hidden = false;
    shown = light;
    if (greens.has(light.code)) timer = setTimeout(hide, greenMs);
  }

  function note(text, tone = '') {
    clearTimeout(stripTimer);
    write(strip, text);
    strip.dataset.tone = tone;
    strip.hidden = false;
    stripTimer = setTimeout(() => { strip.hidden = true; }, stripMs);
  }

  // -- who was it --------------------------------------------------------------------

  function badgeOf(code) {
    const badge = part(`template[data-badge="${code}"]`).content.firstElementChild.cloneNode(true);
    if (!badge.textContent.trim()) badge.append(title(code));
    return badge;
  }

  function remember(light, { gate, fair }) {
    const name = light.name || words.say('nobody');
    const about = [light.school, words.level(light.level)].filter(Boolean).join(' ');
    const time = words.seconds(light.at, fair.time_zone);
    for (const list of parts('[data-log]')) {
      const row = part('#log-row').content.firstElementChild.cloneNode(true);
      row.dataset.scan = light.scan;
      write(row.querySelector('[data-time]'), time);
      write(row.querySelector('[data-name]'), `${name} ${words.level(light.level)}`);
      row.querySelector('[data-badge-here]').append(badgeOf(light.code));
      list.prepend(row);
      while (list.children.length > logLength) list.lastElementChild.remove();
    }
    for (const empty of parts('[data-log-empty]')) empty.hidden = true;
    const badge = badgeOf(light.code);
    const dot = last.querySelector('[data-last-dot]');
    dot.className = `xp-dot is-${tones.find((one) => badge.classList.contains(`is-${one}`)) ?? 'bad'}`;
    dot.replaceChildren(badge.querySelector('svg').cloneNode(true));
    write(last.querySelector('[data-last-name]'), name);
    last.querySelector('[data-last-verdict]').textContent = `${words.lang === 'en' ? ', ' : '，'}${title(light.code)}`;
    write(last.querySelector('[data-last-line]'), [time, about || gate].filter(Boolean).join(words.lang === 'en' ? ', ' : '，'));
    last.querySelector('[data-act="undo-last"]').hidden = false;
    last.hidden = false;
  }

  function strike(light, text) {
    for (const row of parts(`[data-scan="${light.scan}"]`)) row.classList.add('is-undone');
    last.querySelector('[data-act="undo-last"]').hidden = true;
    last.querySelector('[data-last-verdict]').textContent = `${words.lang === 'en' ? ', ' : '，'}${text}`;
  }

  // -- the top -------------------------------------------------------------------------

  function paintPlace() {
    const { gates, gate, fair } = kit();
    const here = gates.find((one) => one.id === gate);
    for (const node of parts('[data-gate-name]')) write(node, here?.name ?? '');
    write(part('[data-fair-title]'), words.title(fair));
    document.title = [here?.name, words.title(fair)].filter(Boolean).join(' · ');
  }

  function paintHall(hall) {
    const { fair } = kit();
    const { inside, permitted = fair.permitted } = hall ?? {};
    const isKnown = Number.isInteger(inside);
    write(part('[data-inside]'), isKnown ? words.number(inside) : '—');
    write(part('[data-permitted]'), Number.isInteger(permitted)
      ? words.say('of_permitted', { number: words.number(permitted) }) : words.say('inside'));
    const line = part('#hall');
    const isFull = isKnown && Number.isInteger(permitted) && inside >= permitted;
    const isNearly = isKnown && Number.isInteger(permitted) && inside >= permitted * nearly;
    line.hidden = !isNearly;
    line.classList.toggle('is-full', isFull);
    line.classList.toggle('is-warn', isNearly && !isFull);
    write(line.querySelector('span'), isFull ? words.say('hall_full')
      : words.say('hall_nearly', { number: words.number((permitted ?? 0) - (inside ?? 0)) }));
  }

  function paintQueue({ number, oldest, flagged }, now) {
    part('#conn').dataset.queue = number ? 'waiting' : 'empty';
    const line = part('#unsent');
    line.hidden = !number;
    line.dataset.number = number;
    const waited = now - oldest;
    if (number) {
      const key = waited < minuteMs ? 'unsent_fresh' : 'unsent';
      write(line.querySelector('span'), words.say(key, { number: words.number(number), age: words.age(waited) }));
    }
    const bad = part('#flagged');
    bad.hidden = !flagged;
    if (flagged) write(bad.querySelector('span'), words.say('flagged', { number: words.number(flagged) }));
  }

  // -- the sheet -------------------------------------------------------------------------

  function choice({ label, sub, isChosen, choose }) {
    const button = part('#choice').content.firstElementChild.cloneNode(true);
    write(button.querySelector('[data-label]'), label);
    write(button.querySelector('[data-sub]'), sub);
    button.setAttribute('aria-pressed', String(isChosen));
    button.addEventListener('click', choose);
    return button;
  }

  function fact(isGood, text) {
    const row = part('#fact').content.firstElementChild.cloneNode(true);
    row.dataset.state = isGood ? 'good' : 'bad';
    write(row.querySelector('[data-text]'), text);
    return row;
  }

  function paintSheet({ others, facts, chooseGate, chooseKit }) {
    const { gates, gate } = kit();
    part('[data-gates]').replaceChildren(...gates.map((one) => choice({
      label: one.name, sub: '', isChosen: one.id === gate, choose: () => chooseGate(one),
    })));
    part('[data-others-part]').hidden = !others.length;
    part('[data-others]').replaceChildren(...others.map(({ kit: other, number }) => choice({
      label: words.title(other.fair), sub: number ? words.say('waiting_here', { number: words.number(number) }) : '',
      isChosen: false, choose: () => chooseKit(other),
    })));
    part('[data-facts]').replaceChildren(...factsOf(facts).map((one) => fact(...one)));
  }

  function factsOf({ isReady, isPersisted, hasRoster = true, roster, readAt, offset, zone }) {
    return [
      [isReady, words.say(isReady ? 'ready' : 'not_ready')],
      ...(hasRoster ? [[roster !== null, roster === null ? words.say('no_roster')
        : words.say('roster', { number: words.number(roster), time: words.time(readAt, zone) })]] : []),
      [isPersisted, words.say(isPersisted ? 'kept_storage' : 'lost_storage')],
      ...(Math.abs(offset ?? 0) > minuteMs ? [[false, words.say('clock_off', { age: words.age(Math.abs(offset)) })]] : []),
    ];
  }

  return {
    get shown() { return shown; },
    show, hide, note, remember, strike, paintPlace, paintHall, paintQueue, paintSheet,
    paintLink(state) { part('#conn').dataset.state = state; },
  };
}
