/* The buttons over an editor: one stop of the Tab key, the arrow keys go from one to the next. */
const COMMANDS = {
  heading: (chain) => chain.toggleHeading({ level: 3 }),
  subheading: (chain) => chain.toggleHeading({ level: 4 }),
  bold: (chain) => chain.toggleBold(),
  underline: (chain) => chain.toggleUnderline(),
  numbers: (chain) => chain.toggleOrderedList(),
  bullets: (chain) => chain.toggleBulletList(),
  table: (chain) => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: false }),
  undo: (chain) => chain.undo(),
  redo: (chain) => chain.redo(),
  plain: (chain) => chain.unsetAllMarks().clearNodes(),
  header: (chain) => chain.toggleHeaderRow(),
  "row-add": (chain) => chain.addRowAfter(),
  "row-delete": (chain) => chain.deleteRow(),
  "column-add": (chain) => chain.addColumnAfter(),
  "column-delete": (chain) => chain.deleteColumn(),
  "table-delete": (chain) => chain.deleteTable(),
};
const ACTIVE = {
  heading: ["heading", { level: 3 }],
  subheading: ["heading", { level: 4 }],
  bold: ["bold"],
  underline: ["underline"],
  numbers: ["orderedList"],
  bullets: ["bulletList"],
};

export function toolbar(bar, editor) {
  const buttons = [...bar.querySelectorAll("[data-command]")];
  const inTable = bar.querySelector("[data-in-table]");
  const shown = () => buttons.filter((button) => !button.closest("[hidden]"));
  bar.hidden = false;
  bar.addEventListener("mousedown", (event) => event.preventDefault()); // the selection in the text stays
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-command]");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    rove(button);
    COMMANDS[button.dataset.command](editor.chain().focus()).run();
  });
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") editor.commands.focus();
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const all = shown();
    const to = step ? all[(all.indexOf(document.activeElement) + step + all.length) % all.length] : { Home: all[0], End: all.at(-1) }[event.key];
    if (!to) return;
    event.preventDefault();
    rove(to);
    to.focus();
  });
  editor.on("transaction", show);
  rove(buttons[0]);
  show();

  function rove(button) {
    buttons.forEach((each) => { each.tabIndex = each === button ? 0 : -1; });
  }

  function show() {
    for (const button of buttons) {
      const { command } = button.dataset;
      if (ACTIVE[command]) button.setAttribute("aria-pressed", String(editor.isActive(...ACTIVE[command])));
      if (command === "undo" || command === "redo") button.setAttribute("aria-disabled", String(!editor.can()[command]()));
    }
    inTable.hidden = !editor.isActive("table");
    if (!shown().some((button) => button.tabIndex === 0)) rove(buttons[0]);
  }
}
