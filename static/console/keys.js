// The keyboard: "?" lists the keys, "/" searches; in a list of rows j, k and the arrows move, Enter opens, x selects.
(() => {
  const picked = new Set(); // what is selected stays so when the rows are refreshed
  let row = null; // the name of the row that the keys are at

  const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];
  const nameOf = (line) => line.querySelector(".row-name").getAttribute("href");
  const picks = () => [...document.querySelectorAll("[data-pick]")];

  const mark = () => {
    rows().forEach((line) => line.classList.toggle("at", nameOf(line) === row));
  };
  const tell = () => {
    const note = document.querySelector("[data-picked]");
    if (!note) return;
    note.dataset.empty ||= note.textContent;
    note.textContent = picked.size ? `${picked.size} selected` : note.dataset.empty;
    const boxes = picks();
    const all = document.querySelector("[data-pick-all]");
    if (!all) return;
    all.checked = boxes.length > 0 && boxes.every((box) => box.checked);
    all.indeterminate = !all.checked && boxes.some((box) => box.checked);
  };
  const keep = (box) => {
    if (box.checked) picked.add(box.value);
    else picked.delete(box.value);
  };
  const move = (step) => {
    const lines = rows();
    if (!lines.length) return;
    const reached = document.activeElement.closest("[data-row]"); // by another key
    if (reached) row = nameOf(reached);
    const now = lines.findIndex((line) => nameOf(line) === row);
    const next = lines[Math.min(lines.length - 1, Math.max(0, now + step))];
    row = nameOf(next);
    mark();
    next.querySelector(".row-name").focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const select = () => {
    const line = rows().find((one) => nameOf(one) === row);
    const box = line && line.querySelector("[data-pick]");
    if (box) box.click();
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) {
      picks().forEach((box) => {
        box.checked = event.target.checked;
        keep(box);
      });
    } else if (event.target.matches("[data-pick]")) {
      keep(event.target);
    } else return;
    tell();
  });
  const restore = () => {
    const boxes = picks();
    const there = new Set(boxes.map((box) => box.value));
    picked.forEach((value) => there.has(value) || picked.delete(value));
    boxes.forEach((box) => { box.checked = picked.has(box.value); });
    tell();
    mark();
  };
  document.addEventListener("htmx:afterSettle", restore);
  window.addEventListener("pageshow", () => {
    picks().forEach(keep); // the browser may have kept them over the way back
    tell();
  });

  // Escape closes a menu of the list, and the keys are at its button again.
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
    if (!menu) return;
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  });

  // Whoever speaks to the browser, or touches keys by accident, turns single keys off.
  const OFF = "keys-off";
  const muted = () => localStorage.getItem(OFF) !== null;
  const search = () => document.querySelector("[data-search]").focus();
  const list = () => {
    const dialog = document.getElementById("keys");
    dialog.showModal();
    dialog.dispatchEvent(new Event("shown"));
  };
  const letters = { "?": list, "/": search, j: () => move(1), k: () => move(-1), x: select };
  const arrows = { ArrowDown: () => move(1), ArrowUp: () => move(-1) }; // elsewhere they scroll
  const ELSEWHERE = "input:not([type=checkbox]), textarea, select, dialog, details.menu[open], .dropdown-menu, .dropdown-toggle";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest(ELSEWHERE)) return;
    const act = event.target.closest("[data-row]") && arrows[event.key] || (muted() ? null : letters[event.key]);
    const needs = { "?": "#keys", "/": "[data-search]" }[event.key] || "[data-rows]";
    if (!act || !document.querySelector(needs)) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("DOMContentLoaded", () => {
    const choice = document.querySelector("[data-keys-on]");
    if (!choice) return;
    choice.checked = !muted();
    choice.addEventListener("change", () => {
      if (choice.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "yes");
    });
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) list();
    // A menu of the list closes when something else is pressed.
    document.querySelectorAll("details.menu[open]").forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
  });
})();
