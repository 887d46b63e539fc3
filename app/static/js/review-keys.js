// A reviewer's keyboard: letters press what is marked with data-key; J and K walk a list's rows,
// O opens and T ticks the present one. While somebody types, letters are letters.
const typing = (target) => target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]');
const rows = [...document.querySelectorAll('[data-row]')];
let present = -1;

function walk(step) {
  rows[present]?.removeAttribute('data-present');
  present = Math.min(Math.max(present + step, 0), rows.length - 1);
  const row = rows[present];
  row.dataset.present = '';
  row.querySelector('a')?.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
}

function press(button) {
  const needs = button.dataset.needs;
  const field = needs && button.form?.elements[needs];
  if (field && !field.value.trim()) {
    field.focus();
    field.scrollIntoView({ block: 'center' });
    return;
  }
  button.click();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (typing(event.target)) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  const key = event.key.toLowerCase();
  const button = /^[a-z]$/.test(key) && document.querySelector(`[data-key="${key}"]`);
  if (button) {
    event.preventDefault();
    press(button);
  } else if (rows.length && (key === 'j' || key === 'k')) {
    event.preventDefault();
    walk(key === 'j' ? 1 : -1);
  } else if (rows[present] && key === 'o') {
    rows[present].querySelector('a')?.click();
  } else if (rows[present] && key === 't') {
    rows[present].querySelector('input[type=checkbox]')?.click();
  }
});
