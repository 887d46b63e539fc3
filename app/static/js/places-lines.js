// Lists of lines in a form: one more line is a copy of the last, empty and with the next number.
// Without this file every page still carries two empty lines.
function renumber(text, name, from, to) {
  return text ? text.replaceAll(`${name}-${from}`, `${name}-${to}`) : text;
}

for (const button of document.querySelectorAll('[data-add-line]')) {
  const list = document.getElementById(button.dataset.addLine);
  const name = list.dataset.lines;
  button.hidden = false;
  button.addEventListener('click', () => {
    const lines = list.querySelectorAll('[data-line]');
    const line = lines[lines.length - 1].cloneNode(true);
    for (const part of line.querySelectorAll('[id],[name],[for]')) {
      for (const attribute of ['id', 'name', 'for', 'aria-describedby']) {
        const value = part.getAttribute(attribute);
        if (value) part.setAttribute(attribute, renumber(value, name, lines.length - 1, lines.length));
      }
      if (part.tagName === 'INPUT') part.value = '';
      if (part.tagName === 'LABEL') part.textContent = part.textContent.replace(/\d+/, lines.length + 1);
    }
    for (const error of line.querySelectorAll('.xp-fielderr')) error.remove();
    list.append(line);
    line.querySelector('input').focus();
  });
}
