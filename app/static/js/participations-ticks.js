// One box that ticks all boxes of the list.
for (const form of document.querySelectorAll('form[data-ticks]')) {
  const all = form.querySelector('[data-tick-all]');
  if (!all) continue;
  all.closest('label').hidden = false;
  const boxes = [...form.querySelectorAll('input[name="employer"]')];
  all.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked;
  });
  form.addEventListener('change', () => {
    all.checked = boxes.every((box) => box.checked);
  });
}
