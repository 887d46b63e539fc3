// Light or dark, before the first paint. The kept choice wins, then the account's, then the system's.
// A page that is always dark (gate, projector) or always light (paper) says data-theme-fixed.
(function () {
  const root = document.documentElement;
  if (root.hasAttribute('data-theme-fixed')) return;
  const KEY = 'xp-theme';
  const dark = matchMedia('(prefers-color-scheme: dark)');

  function kept() {
    try { return localStorage.getItem(KEY); } catch { return null; }
  }
  function apply() {
    const wanted = kept() || root.dataset.themeKept;
    root.setAttribute('data-bs-theme', wanted === 'light' || wanted === 'dark' ? wanted : dark.matches ? 'dark' : 'light');
  }
  apply();
  dark.addEventListener('change', apply);

  document.addEventListener('DOMContentLoaded', function () {
    for (const button of document.querySelectorAll('[data-theme-switch]')) button.hidden = false;
  });
  document.addEventListener('click', function (event) {
    const button = event.target.closest('[data-theme-switch]');
    if (!button) return;
    const next = root.getAttribute('data-bs-theme') === 'dark' ? 'light' : 'dark';
    try { localStorage.setItem(KEY, next); } catch { /* private window: for this page only */ }
    root.setAttribute('data-bs-theme', next);
    keep(button.dataset.themeUrl, next);
  });

  // A signed-in person finds the choice again on another device; whether it arrives does not matter here.
  function keep(url, theme) {
    const token = document.querySelector('meta[name=csrf-token]');
    if (!url || !token) return;
    fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ theme, csrf_token: token.content }) }).catch(() => {});
  }
})();
