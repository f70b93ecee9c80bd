"use strict";
// Tables of class "live" sort by a click on a header and are filtered by what is typed above them.
for (const table of document.querySelectorAll("table.live")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const worth = (row, column) => {
    const text = row.cells[column].textContent.trim();
    const number = Number(text.replaceAll(",", ""));
    return heads[column].classList.contains("number") && text !== "" && !Number.isNaN(number) ? number : text;
  };
  const compare = (one, two) =>
    typeof one === "number" && typeof two === "number" ? one - two : String(one).localeCompare(String(two), undefined, { numeric: true });
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((a, b) => compare(worth(a, column), worth(b, column)));
      body.append(...(down ? rows.reverse() : rows));
    });
  });
  if (body.rows.length < 6) continue;
  const filter = document.createElement("input");
  filter.type = "search";
  filter.className = "filter";
  filter.placeholder = "Filter these rows";
  filter.setAttribute("aria-label", "Filter these rows");
  const shown = document.createElement("span");
  shown.className = "shown";
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of body.rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      left += row.hidden ? 0 : 1;
    }
    shown.textContent = words.length ? `${left} of ${body.rows.length}` : "";
  });
  table.parentElement.before(filter, shown);
}
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => { each.open = true; }));
