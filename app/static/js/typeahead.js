// Text with suggestions, after the ARIA combobox pattern. Without this file it is a plain text field.
//   <div data-typeahead="/schools/suggest" data-typeahead-id="school_id"> input + ul[role=listbox] + [data-typeahead-status]
// The source answers {"items": [{"id", "label", "note"}]} to ?q=…
const WAIT = 180;

function equip(box) {
  if (box.dataset.ready) return;
  box.dataset.ready = 'yes';
  const input = box.querySelector('input');
  const list = box.querySelector('[role=listbox]');
  const status = box.querySelector('[data-typeahead-status]');
  const chosen = box.dataset.typeaheadId ? document.getElementById(box.dataset.typeaheadId) : null;
  let items = [];
  let active = -1;
  let timer = 0;
  let asked = 0;

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }
  function mark(index) {
    active = (index + items.length) % items.length;
    [...list.children].forEach((option, at) => option.setAttribute('aria-selected', String(at === active)));
    const option = list.children[active];
    input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }
  function pick(index) {
    const item = items[index];
    input.value = item.label;
    if (chosen) chosen.value = item.id;
    close();
    input.dispatchEvent(new CustomEvent('xp:picked', { bubbles: true, detail: item }));
  }
  function draw() {
    list.replaceChildren(...items.map((item, at) => {
      const option = Object.assign(document.createElement('li'), { id: `${list.id}-${at}` });
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', 'false');
      option.append(Object.assign(document.createElement('span'), { textContent: item.label }));
      if (item.note) option.append(Object.assign(document.createElement('small'), { textContent: item.note }));
      return option;
    }));
    list.hidden = items.length === 0;
    active = -1;
    input.setAttribute('aria-expanded', String(items.length > 0));
    status.textContent = items.length ? box.dataset.some.replace('{n}', items.length) : box.dataset.none;
  }
  async function ask() {
    const query = input.value.trim();
    if (!query) { close(); return; }
    const turn = ++asked;
    const url = new URL(box.dataset.typeahead, location.href);
    url.searchParams.set('q', query);
    try {
      const answer = await fetch(url, { headers: { Accept: 'application/json' } });
      if (!answer.ok || turn !== asked) return;
      items = (await answer.json()).items.slice(0, 12);
      if (document.activeElement === input) draw();
    } catch { close(); }
  }

  input.addEventListener('input', () => {
    if (chosen) chosen.value = '';
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Escape') { close(); return; }
    if (list.hidden || !items.length) {
      if (event.key === 'ArrowDown' && input.value.trim()) { event.preventDefault(); ask(); }
      return;
    }
    if (event.key === 'ArrowDown') { event.preventDefault(); mark(active + 1); }
    else if (event.key === 'ArrowUp') { event.preventDefault(); mark(active < 0 ? items.length - 1 : active - 1); }
    else if (event.key === 'Enter' && active >= 0) { event.preventDefault(); pick(active); }
    else if (event.key === 'Tab') close();
  });
  // pointerdown comes before blur, so the list is still there.
  list.addEventListener('pointerdown', (event) => {
    const option = event.target.closest('[role=option]');
    if (!option) return;
    event.preventDefault();
    pick([...list.children].indexOf(option));
  });
  input.addEventListener('blur', () => setTimeout(close, 100));
}

function start(root) {
  for (const box of root.querySelectorAll('[data-typeahead]')) equip(box);
}
start(document);
document.addEventListener('htmx:load', (event) => start(event.target));
