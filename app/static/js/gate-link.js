// Let in or turn away, on the page a ticket's address ends in.
const box = document.querySelector('[data-decision]');
const token = document.querySelector('meta[name="csrf-token"]').content;

async function decide(button) {
  for (const one of box.querySelectorAll('button')) one.disabled = true;
  let words = box.dataset.failed;
  try {
    const response = await fetch(box.dataset.decision, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': token },
      body: JSON.stringify({ decision: button.dataset.say }),
    });
    const told = await response.json();
    words = response.ok
      ? { let_in: box.dataset.letIn, turned_away: box.dataset.turnedAway }[told.decision]
      : told.error.message;
  } catch {
    for (const one of box.querySelectorAll('button')) one.disabled = false;
  }
  const line = document.createElement('p');
  line.className = 'todo m-0';
  line.setAttribute('role', 'status');
  line.textContent = words;
  if (words === box.dataset.failed) box.before(line);
  else box.replaceWith(line);
}

box?.addEventListener('click', (event) => {
  const button = event.target.closest('[data-say]');
  if (button) decide(button);
});
