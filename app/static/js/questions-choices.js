// Lines for choices: show those in use and one more; a button brings the next. Without script all are there.

for (const box of document.querySelectorAll('[data-choices]')) {
  const lines = [...box.querySelectorAll('[data-choice]')];
  const isUsed = (line) => [...line.querySelectorAll('input[type=text]')].some((input) => input.value.trim());
  const lastUsed = lines.findLastIndex(isUsed);
  let shown = Math.max(2, lastUsed + 1);
  const button = Object.assign(document.createElement('button'), {
    type: 'button', className: 'btn btn-line btn-sm mt-2', textContent: box.dataset.add,
  });
  const draw = () => {
    lines.forEach((line, at) => { line.hidden = at >= shown; });
    button.hidden = shown >= lines.length;
  };
  button.addEventListener('click', () => {
    shown += 1;
    draw();
    lines[shown - 1].querySelector('input[type=text]').focus();
  });
  lines[lines.length - 1].after(button);
  draw();
}
