// The hall, drawn: paint squares with a tool, drag booths (they snap to the grid), or do both with the keyboard.
// Arrows walk, Enter or Space uses the tool, Shift with an arrow carries the square along, Delete clears it,
// Ctrl+Z takes back and Ctrl+Y or Ctrl+Shift+Z does it again. Nothing is sent before "Save".
const root = document.querySelector('[data-plan-editor]');

if (root) {
  const words = root.dataset;
  const form = root.querySelector('form[data-editor-save]');
  const board = root.querySelector('[data-editor-board]');
  const status = root.querySelector('[data-editor-status]');
  const undoButton = root.querySelector('[data-editor-undo]');
  const redoButton = root.querySelector('[data-editor-redo]');
  const labelInput = root.querySelector('[data-editor-label]');
  const zoneInput = root.querySelector('[data-editor-zone]');
  let layout = JSON.parse(words.layout);
  let past = [];
  let future = [];
  let hall = 0;
  let focus = [0, 0];
  let dirty = false;

  const grid = () => layout.halls[hall];
  const blank = (row, column) => ({ row, column, kind: 'aisle' });
  const find = (row, column) => grid().squares.find((one) => one.row === row && one.column === column);
  const at = (row, column) => find(row, column) || blank(row, column);
  const inside = (row, column) => row >= 0 && column >= 0 && row < grid().rows && column < grid().columns;
  const tool = () => root.querySelector('input[name="tool"]:checked').value;
  const say = (text) => { status.textContent = text; };
  const name = (one) => one.code || one.label || words[one.kind] || one.kind;

  function put(square) {
    const here = grid().squares;
    const index = here.findIndex((one) => one.row === square.row && one.column === square.column);
    if (index >= 0) here[index] = square; else here.push(square);
  }

  // Every act is one step of undo; a drag that paints twenty squares is one act.
  function remember() {
    past.push(JSON.stringify(layout));
    if (past.length > 200) past.shift();
    future = [];
    dirty = true;
  }
  function step(from, to, text) {
    if (!from.length) return;
    to.push(JSON.stringify(layout));
    layout = JSON.parse(from.pop());
    hall = Math.min(hall, layout.halls.length - 1);
    draw();
    say(text);
  }
  const undo = () => step(past, future, words.undone);
  const redo = () => step(future, past, words.redone);

  function use(row, column) {
    const old = at(row, column);
    const chosen = tool();
    const next = { ...old, row, column };
    if (chosen === 'move') return false;
    if (['power', 'large', 'spare'].includes(chosen)) {
      if (old.kind !== 'booth') return false;
      next[chosen] = !old[chosen];
    } else if (chosen === 'booth') {
      next.kind = 'booth';
      delete next.label;
      if (zoneInput.value.trim()) next.zone = zoneInput.value.trim().toUpperCase().slice(0, 4);
    } else if (old.taken) {
      say(words.taken.replace('{name}', old.taken));
      return false;
    } else {
      next.kind = chosen === 'door' ? 'entrance' : chosen === 'aisle' ? 'aisle' : 'blocked';
      const own = { wall: '', stage: words.stage, desk: words.desk, door: words.door, aisle: '' }[chosen] || '';
      next.label = chosen === 'aisle' ? '' : (labelInput.value.trim() || own).slice(0, 20);
    }
    put(next);
    return true;
  }

  // What a square holds goes along; where it lands what was there comes back, so that nothing is lost.
  function carry(from, to) {
    if (!inside(...to) || (from[0] === to[0] && from[1] === to[1])) return false;
    const [one, other] = [at(...from), at(...to)];
    put({ ...one, row: to[0], column: to[1] });
    put({ ...other, row: from[0], column: from[1] });
    return true;
  }

  function draw() {
    const { rows, columns } = grid();
    const known = new Map(grid().squares.map((one) => [`${one.row},${one.column}`, one]));
    const lines = [];
    for (let row = 0; row < rows; row += 1) {
      const line = document.createElement('div');
      line.setAttribute('role', 'row');
      line.className = 'xp-editrow';
      for (let column = 0; column < columns; column += 1) {
        line.append(cell(known.get(`${row},${column}`) || blank(row, column)));
      }
      lines.push(line);
    }
    board.replaceChildren(...lines);
    board.setAttribute('aria-rowcount', rows);
    board.setAttribute('aria-colcount', columns);
    undoButton.disabled = !past.length;
    redoButton.disabled = !future.length;
    for (const tab of root.querySelectorAll('[data-editor-hall]')) tab.setAttribute('aria-pressed', String(Number(tab.dataset.editorHall) === hall));
  }

  function cell(one) {
    const element = document.createElement('div');
    const here = one.row === focus[0] && one.column === focus[1];
    element.setAttribute('role', 'gridcell');
    element.tabIndex = here ? 0 : -1;
    element.dataset.row = one.row;
    element.dataset.column = one.column;
    element.className = `xp-square is-${one.kind}${one.taken ? ' is-taken' : ''}${one.large ? ' is-large' : ''}${one.spare ? ' is-spare' : ''}`;
    const marks = [one.power && words.power, one.large && words.large, one.spare && words.spare].filter(Boolean);
    element.setAttribute('aria-label', [`${one.row + 1}, ${one.column + 1}`, name(one), one.taken, ...marks].filter(Boolean).join(', '));
    element.title = [one.taken, ...marks].filter(Boolean).join(', ');
    if (one.kind === 'booth') element.textContent = (one.code || '＋') + (one.power ? ' ⚡' : '');
    else if (one.kind === 'blocked') element.textContent = (one.label || '').slice(0, 4);
    else if (one.kind === 'entrance') element.textContent = '▲';
    return element;
  }

  function move(row, column) {
    if (!inside(row, column)) return;
    board.querySelector(`[data-row="${row}"][data-column="${column}"]`)?.focus();
  }

  // Whatever brings the focus to a square (a click, a screen reader), that square is the present one.
  board.addEventListener('focusin', (event) => {
    const here = spot(event.target);
    if (!here) return;
    focus = here;
    for (const element of board.querySelectorAll('[tabindex="0"]')) element.tabIndex = -1;
    event.target.tabIndex = 0;
  });

  const spot = (element) => {
    const found = element && element.closest ? element.closest('[role="gridcell"]') : null;
    return found && board.contains(found) ? [Number(found.dataset.row), Number(found.dataset.column)] : null;
  };

  // Pointer: mouse, pen and finger alike. The grid has touch-action none, so a finger paints and does not scroll.
  let drag = null;
  board.addEventListener('pointerdown', (event) => {
    const start = spot(event.target);
    if (!start || event.button) return;
    event.preventDefault();
    move(...start);
    const before = JSON.stringify(layout);
    drag = { start, last: start, before, changed: false, carries: tool() === 'move' };
    board.setPointerCapture(event.pointerId);
    if (!drag.carries) { drag.changed = use(...start); if (drag.changed) refresh(); }
  });
  board.addEventListener('pointermove', (event) => {
    if (!drag) return;
    const over = spot(document.elementFromPoint(event.clientX, event.clientY));
    if (!over || (over[0] === drag.last[0] && over[1] === drag.last[1])) return;
    drag.last = over;
    if (drag.carries) {
      for (const element of board.querySelectorAll('.is-target')) element.classList.remove('is-target');
      board.querySelector(`[data-row="${over[0]}"][data-column="${over[1]}"]`)?.classList.add('is-target');
    } else if (use(...over)) { drag.changed = true; refresh(); }
  });
  function refresh() {
    const [row, column] = focus;
    draw();
    board.querySelector(`[data-row="${row}"][data-column="${column}"]`)?.focus();
  }
  function drop(event) {
    if (!drag) return;
    const { start, last, before, carries } = drag;
    let { changed } = drag;
    drag = null;
    if (event.type === 'pointercancel') { layout = JSON.parse(before); draw(); return; }
    if (carries && carry(start, last)) { changed = true; focus = last; say(words.moved.replace('{name}', name(at(...last)))); }
    if (changed) { past.push(before); future = []; dirty = true; }
    refresh();
  }
  board.addEventListener('pointerup', drop);
  board.addEventListener('pointercancel', drop);

  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  board.addEventListener('keydown', (event) => {
    const [row, column] = focus;
    if (ARROWS[event.key]) {
      event.preventDefault();
      const to = [row + ARROWS[event.key][0], column + ARROWS[event.key][1]];
      if (!event.shiftKey) { move(...to); return; }
      const before = JSON.stringify(layout);
      if (!carry([row, column], to)) return;
      past.push(before); future = []; dirty = true; focus = to;
      refresh();
      say(words.moved.replace('{name}', name(at(...to))));
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      remember();
      if (!use(row, column)) past.pop();
      refresh();
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      const old = at(row, column);
      if (old.taken) { say(words.taken.replace('{name}', old.taken)); return; }
      remember();
      put({ ...old, kind: 'aisle', label: '' });
      refresh();
    } else if (event.key === 'Home') { event.preventDefault(); move(row, 0); } else if (event.key === 'End') { event.preventDefault(); move(row, grid().columns - 1); }
  });
  root.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.target.matches('input')) return;
    const key = event.key.toLowerCase();
    if (key === 'z' && !event.shiftKey) { event.preventDefault(); undo(); } else if (key === 'y' || (key === 'z' && event.shiftKey)) { event.preventDefault(); redo(); } else return;
    board.querySelector('[tabindex="0"]')?.focus();
  });

  undoButton.addEventListener('click', undo);
  redoButton.addEventListener('click', redo);
  for (const button of root.querySelectorAll('[data-editor-grow]')) {
    button.addEventListener('click', () => {
      const [side, by] = [button.dataset.editorGrow, Number(button.dataset.by)];
      const size = grid()[side] + by;
      const lost = grid().squares.filter((one) => one[side === 'rows' ? 'row' : 'column'] >= size && one.kind !== 'aisle');
      if (size < 1 || size > 70) return;
      if (lost.length) { say(words.notempty); return; }
      remember();
      grid()[side] = size;
      grid().squares = grid().squares.filter((one) => one[side === 'rows' ? 'row' : 'column'] < size);
      focus = [Math.min(focus[0], grid().rows - 1), Math.min(focus[1], grid().columns - 1)];
      draw();
    });
  }
  for (const tab of root.querySelectorAll('[data-editor-hall]')) {
    tab.addEventListener('click', () => { hall = Number(tab.dataset.editorHall); focus = [0, 0]; draw(); });
  }

  form.addEventListener('submit', () => {
    dirty = false;
    form.elements.layout.value = JSON.stringify({
      halls: layout.halls.map((one) => ({ ...one, squares: one.squares.map(({ taken, ...square }) => square) })),
    });
  });
  addEventListener('beforeunload', (event) => { if (dirty) event.preventDefault(); });
  root.hidden = false;
  draw();
}
