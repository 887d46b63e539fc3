// While a position is written: how its pay is understood, and which words a reviewer would ask about.
// Without this file the same is said after saving.
const card = document.querySelector('[data-position-check]');
const form = card && card.querySelector('form');
const watched = ['title', 'pay_text', 'description', 'requirements', 'benefits'];
let waiting = 0;
let asked = 0;

async function check() {
  const mine = ++asked;
  const body = new FormData();
  for (const name of ['csrf_token', ...watched]) body.set(name, form.elements[name] ? form.elements[name].value : '');
  try {
    const answer = await fetch(card.dataset.positionCheck, { method: 'POST', body, headers: { Accept: 'application/json' } });
    if (answer.ok && mine === asked) show(await answer.json());
  } catch {
    // No network: the page after saving says it.
  }
}

function show(found) {
  const pay = card.querySelector('[data-pay-read]');
  pay.textContent = found.pay ? `${pay.dataset.label} ${found.pay}` : '';
  const place = card.querySelector('[data-hints]');
  place.replaceChildren();
  if (!found.hints.length) return;
  const note = document.createElement('p');
  note.className = 'xp-small xp-tone-warn';
  note.textContent = `${place.dataset.label} ${found.hints.map((hint) => `“${hint.words}” (${hint.kind})`).join('、')}`;
  place.append(note);
}

if (form) {
  form.addEventListener('input', (event) => {
    if (!watched.includes(event.target.name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(check, 600);
  });
}
