// What every form does: focus its error summary, send once, name the chosen file, filter as one chooses.
// Everything hangs on the document, so it also works for parts that arrive later.

function focusSummary(root) {
  const summary = root.querySelector('.xp-errors[data-focus]');
  if (summary) summary.focus();
}
focusSummary(document);
document.addEventListener('htmx:afterSwap', (event) => focusSummary(event.target));

// A link in the summary leads into the control, not beside it.
document.addEventListener('click', (event) => {
  const link = event.target.closest('.xp-errors a[href^="#"]');
  if (!link) return;
  const target = document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  const control = target.matches('input, select, textarea, button') ? target : target.querySelector('input, select, textarea');
  (target.closest('.xp-field') || target).scrollIntoView({ block: 'start' });
  if (control) control.focus({ preventScroll: true });
});

// A second tap while the first is on its way does nothing.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || (form.method || '').toLowerCase() !== 'post' || form.target) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = 'yes';
  const button = event.submitter;
  if (button) button.setAttribute('aria-busy', 'true');
  setTimeout(() => release(form), 8000);
});
function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
}
addEventListener('pageshow', () => { for (const form of document.querySelectorAll('form[data-sent]')) release(form); });
document.addEventListener('htmx:afterRequest', (event) => {
  const form = event.target.closest ? event.target.closest('form') : null;
  if (form) release(form);
});

document.addEventListener('change', (event) => {
  const control = event.target;
  if (control.matches('.xp-file-input')) nameFile(control);
  const form = control.closest('form[data-autosubmit]');
  if (form && control.matches('select, input[type=date], input[type=radio], input[type=checkbox]')) form.requestSubmit();
  showWhen(control.form);
});
document.addEventListener('input', (event) => {
  if (event.target.matches('[data-count-max]')) count(event.target);
});

function nameFile(input) {
  const slot = input.parentElement.querySelector('[data-file-name]');
  if (!slot) return;
  slot.dataset.empty ??= slot.textContent;
  slot.textContent = input.files.length ? [...input.files].map((file) => file.name).join(', ') : slot.dataset.empty;
}

function count(area) {
  const id = `${area.id}-count`;
  let line = document.getElementById(id);
  if (!line) {
    line = Object.assign(document.createElement('div'), { id, className: 'xp-cap xp-muted xp-count' });
    line.setAttribute('aria-live', 'polite');
    area.after(line);
  }
  const limit = Number(area.dataset.countMax);
  line.textContent = `${area.value.length} / ${limit}`;
  line.classList.toggle('xp-tone-bad', area.value.length > limit);
}
for (const area of document.querySelectorAll('[data-count-max]')) count(area);

// A part of a form that matters only for one answer: data-show-when="field=value" (or value|value).
function showWhen(form) {
  if (!form) return;
  for (const part of form.querySelectorAll('[data-show-when]')) {
    const [name, wanted = ''] = part.dataset.showWhen.split('=');
    const given = new FormData(form).getAll(name).map(String);
    part.hidden = !wanted.split('|').some((value) => (value === '' ? given.some(Boolean) : given.includes(value)));
  }
}
for (const form of document.forms) showWhen(form);

// Typed and not sent: ask before leaving.
let dirty = false;
document.addEventListener('input', (event) => { if (event.target.closest('form[data-dirty]')) dirty = true; });
document.addEventListener('submit', () => { dirty = false; });
addEventListener('beforeunload', (event) => { if (dirty) event.preventDefault(); });
