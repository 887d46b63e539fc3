// Assigning booths: with an employer chosen, a click on a free booth gives it at once. Without this file the click
// leads to a page that asks once more, and the list beside the plan does the same by keyboard.
const form = document.querySelector('form[data-assign]');

if (form) {
  document.addEventListener('click', (event) => {
    const booth = event.target.closest('a.booth');
    if (!booth || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = new URL(booth.getAttribute('href'), location.href).searchParams;
    if (!target.get('employer') || !target.get('booth')) return;
    event.preventDefault();
    form.elements.booth.value = target.get('booth');
    if (form.elements.booth.value === target.get('booth')) form.requestSubmit();
    else location.assign(booth.getAttribute('href'));
  });
}
