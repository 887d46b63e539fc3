// Phone: a tap on a zone (or its chip, #zone-A) zooms the plan to that zone; any other hash shows the whole again.
// Without this file the chips jump to the list beside the plan.
const phone = matchMedia('(max-width: 767.98px)');

function equip(svg) {
  if (svg.dataset.ready) return;
  svg.dataset.ready = 'yes';
  const whole = svg.getAttribute('viewBox');
  const startsAsOverview = svg.classList.contains('is-overview');

  function zoom() {
    const zone = decodeURIComponent(location.hash).replace(/^#zone-/, '');
    const booths = location.hash.startsWith('#zone-') && phone.matches
      ? [...svg.querySelectorAll('.booth')].filter((booth) => booth.dataset.zone === zone) : [];
    for (const chip of document.querySelectorAll('a.xp-chip[href^="#zone-"]')) {
      if (booths.length && decodeURIComponent(chip.hash) === `#zone-${zone}`) chip.setAttribute('aria-current', 'true');
      else chip.removeAttribute('aria-current');
    }
    if (!booths.length) {
      svg.setAttribute('viewBox', whole);
      svg.classList.toggle('is-overview', startsAsOverview);
      return;
    }
    const boxes = booths.map((booth) => booth.querySelector('rect').getBBox());
    const left = Math.min(...boxes.map((box) => box.x)) - 14;
    const top = Math.min(...boxes.map((box) => box.y)) - 40;
    const right = Math.max(...boxes.map((box) => box.x + box.width)) + 14;
    const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + 14;
    svg.setAttribute('viewBox', `${left} ${top} ${right - left} ${bottom - top}`);
    svg.classList.remove('is-overview');
  }

  svg.addEventListener('click', (event) => {
    const booth = event.target.closest('.booth');
    if (!booth || !booth.dataset.zone || !phone.matches || !svg.classList.contains('is-overview')) return;
    event.preventDefault();
    location.hash = `zone-${booth.dataset.zone}`;
  });
  addEventListener('hashchange', zoom);
  phone.addEventListener('change', zoom);
  zoom();
}

function start(root) {
  for (const svg of root.querySelectorAll('svg[data-plan]')) equip(svg);
}
start(document);
document.addEventListener('htmx:load', (event) => start(event.target));
