// What is seen at a stand: the ticket that was read with its steps, "saved", and whom this phone met lately.
import { cue } from './cues.js';
import { makeScreen } from './screen.js';
import { tailOf } from './stand.js';

const savedMs = 1_800;
const logLength = 20;
// What the server says of a ticket nobody can be asked about.
const faults = ['unknown', 'replaced', 'elsewhere', 'not_registered'];

/** `root` the page; `words` from words.js; `kit()` the device as it is now. */
export function makeStandScreen({ root, words, kit }) {
  const base = makeScreen({ root, words, kit });
  const part = (selector) => root.querySelector(selector);
  const parts = (selector) => [...root.querySelectorAll(selector)];
  const write = (node, text) => { if (node) node.textContent = (text ?? '').trim(); };
  const step = (name) => words.say(`step_${name}`);
  const comma = words.lang === 'en' ? ', ' : '，';
  let shown = null;
  let timer = 0;

  function hide() {
    clearTimeout(timer);
    for (const section of parts('.xp-scan')) section.hidden = true;
    shown = null;
  }

  const titleOf = (tail) => words.say('stand_ticket', { tail });

  function fillChoice(section, { tail, before }) {
    write(section.querySelector('h2'), words.say('stand_read', { tail }));
    const { time_zone: zone } = kit().fair;
    write(section.querySelector('.why'), before
      ? words.say('stand_before', { time: words.time(before.at, zone), step: step(before.wire.step) })
      : words.say('stand_ask'));
    for (const button of section.querySelectorAll('[data-step]')) {
      button.setAttribute('aria-pressed', String(button.dataset.step === before?.wire.step));
    }
  }

  function fillSaved(section, light) {
    write(section.querySelector('.who'), `${titleOf(light.tail)}${comma}${step(light.step)}`);
    write(section.querySelector('.strip'), light.unsent ? words.say('kept_here', { number: words.number(light.unsent) }) : '');
  }

  function show(light) {
    hide();
    part('#strip').hidden = true;
    cue(light.code);
    const section = part({ choose: '#stand-choose', saved: '#stand-saved' }[light.code] ?? '#stand-lost');
    if (light.code === 'choose') fillChoice(section, light);
    if (light.code === 'saved') fillSaved(section, light);
    section.hidden = false;
    shown = light;
    if (light.code === 'saved') timer = setTimeout(hide, savedMs);
  }

  // -- whom this phone met ------------------------------------------------------------

  /** Put a contact, as it is stored, into the log and on the line of the last. */
  function remember(row) {
    const { time_zone: zone } = kit().fair;
    const time = words.seconds(row.at, zone);
    const name = titleOf(tailOf(row.ticket));
    for (const list of parts('[data-log]')) {
      const line = part('#log-row').content.firstElementChild.cloneNode(true);
      line.dataset.scan = row.id;
      write(line.querySelector('[data-time]'), time);
      write(line.querySelector('[data-name]'), name);
      line.querySelector('[data-badge-here]').append(
        part(`template[data-badge="${row.wire.step}"]`).content.firstElementChild.cloneNode(true),
      );
      list.prepend(line);
      while (list.children.length > logLength) list.lastElementChild.remove();
    }
    for (const empty of parts('[data-log-empty]')) empty.hidden = true;
    const last = part('#last');
    last.dataset.scan = row.id;
    write(last.querySelector('[data-last-name]'), name);
    last.querySelector('[data-last-verdict]').textContent = `${comma}${step(row.wire.step)}`;
    write(last.querySelector('[data-last-line]'), time);
    last.hidden = false;
    if (row.verdict) tell({ id: row.id, code: row.verdict });
  }

  /** What the server said of a contact: {id, code?, name?, why?}. The name is shown, never kept. */
  function tell({ id, code, name, school, why }) {
    const said = code && code !== 'waiting' ? words.say(`met_${code}`) : '';
    for (const row of parts(`#last[data-scan="${id}"], [data-log] [data-scan="${id}"]`)) {
      const named = row.querySelector('[data-name], [data-last-name]');
      if (name) write(named, [name, school].filter(Boolean).join(' '));
      const line = row.querySelector('[data-last-line]');
      if (line && said) write(line, said);
      else if (said) named.dataset.said = said;
      row.classList.toggle('is-undone', faults.includes(code));
    }
    if (faults.includes(code)) base.note(words.say(`met_${code}`), 'bad');
    if (why && !code) base.note(words.say(`refused_${why.replaceAll('-', '_')}`), 'bad');
  }

  function paintPlace() {
    const { booth, fair } = kit();
    const name = [booth?.code, booth?.employer].filter(Boolean).join(' ');
    for (const node of parts('[data-gate-name]')) write(node, name);
    write(part('[data-fair-title]'), words.title(fair));
    document.title = [name, words.title(fair)].filter(Boolean).join(' · ');
  }

  return { ...base, get shown() { return shown; }, show, hide, remember, tell, paintPlace };
}
