// What is chosen in the account counts on this device too: theme.js asks the device first.
const form = document.getElementById('settings');
form?.addEventListener('submit', () => {
  const wanted = form.elements.theme?.value;
  try {
    if (wanted) localStorage.setItem('xp-theme', wanted); else localStorage.removeItem('xp-theme');
  } catch { /* private window */ }
});
