// Menus are <details>; they close on Escape and on a tap outside, and the focus goes back to their button.
const open = () => document.querySelectorAll('details.xp-menu[open]');

document.addEventListener('click', (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});
document.addEventListener('focusout', (event) => {
  const menu = event.target.closest?.('details.xp-menu[open]');
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});
