// Success and undo, eight seconds, in a corner that screen readers listen to. Errors never come this way.
// Other modules and the server (HX-Trigger: {"xp:toast": {...}}) ask with the event xp:toast {text, undo, label, fields}.
const region = document.getElementById('toasts');
const SECONDS = 8;

function leave(toast) {
  let timer = setTimeout(() => toast.remove(), SECONDS * 1000);
  const hold = () => clearTimeout(timer);
  const go = () => { clearTimeout(timer); timer = setTimeout(() => toast.remove(), SECONDS * 1000); };
  toast.addEventListener('pointerenter', hold);
  toast.addEventListener('focusin', hold);
  toast.addEventListener('pointerleave', go);
  toast.addEventListener('focusout', go);
}

function hidden(name, value) {
  return Object.assign(document.createElement('input'), { type: 'hidden', name, value });
}

function show({ text, undo, label, fields = {} }) {
  if (!region || !text) return;
  const toast = Object.assign(document.createElement('div'), { className: 'xp-toast' });
  toast.append(Object.assign(document.createElement('span'), { textContent: text }));
  if (undo) {
    const form = Object.assign(document.createElement('form'), { method: 'post', action: undo });
    const token = document.querySelector('meta[name=csrf-token]');
    if (token) form.append(hidden('csrf_token', token.content));
    for (const [name, value] of Object.entries(fields)) form.append(hidden(name, value));
    form.append(Object.assign(document.createElement('button'), { type: 'submit', textContent: label || region.dataset.undo }));
    toast.append(form);
  }
  const close = Object.assign(document.createElement('button'), { type: 'button', className: 'xp-toast-close', textContent: '×' });
  close.setAttribute('aria-label', region.dataset.close);
  close.dataset.toastClose = '';
  toast.append(close);
  region.append(toast);
  leave(toast);
}

if (region) {
  for (const toast of region.querySelectorAll('.xp-toast')) leave(toast);
  region.addEventListener('click', (event) => {
    if (event.target.closest('[data-toast-close]')) event.target.closest('.xp-toast').remove();
  });
  document.addEventListener('xp:toast', (event) => show(event.detail));
  document.addEventListener('htmx:sendError', () => show({ text: region.dataset.offline }));
}
