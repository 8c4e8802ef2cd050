// Tables sort by a pressed heading; without scripts they stay in the order that matters most.
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  for (const heading of table.querySelectorAll("th")) {
    const button = document.createElement("button");
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    let turn = -1;
    button.addEventListener("click", () => {
      turn = -turn;
      const value = row => row.cells[heading.cellIndex].dataset.value ?? row.cells[heading.cellIndex].textContent;
      const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
      [...body.rows].sort((one, other) => -turn * order.compare(value(one), value(other)))
        .forEach(row => body.append(row));
    });
  }
}
