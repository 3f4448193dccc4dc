// j and k walk the rows of the nearest table with data-rows, Enter opens the row, ? shows the keys.
// A page adds a key by data-key="c" on a link or button: pressing c clicks it (in the current row first).

import { openDialog } from "./palette.js";

const typing = (element) => element.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      event.preventDefault();
      openDialog("shortcuts");
    } else if (event.key === "j" || event.key === "k") {
      if (move(event.key === "j" ? 1 : -1)) event.preventDefault();
    } else if (event.key === "Enter" && !event.target.closest("a, button, summary, input, [role=button]")) {
      current()?.querySelector(".row-link, a")?.click();
    } else if (event.key.length === 1) {
      press(event);
    }
  });
}

const current = () => document.querySelector("[data-row-current]");

const rows = () =>
  [...document.querySelectorAll("[data-rows] > tbody > tr:not(.group-row)")].filter((row) => row.getClientRects().length);

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(current());
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
  current()?.removeAttribute("data-row-current");
  next.setAttribute("data-row-current", "");
  const link = next.querySelector(".row-link, a, button");
  if (link) link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function press(event) {
  const selector = `[data-key="${CSS.escape(event.key)}"]`;
  const found = current()?.querySelector(selector) ?? document.querySelector(`#panel ${selector}`) ?? document.querySelector(selector);
  if (!found) return;
  event.preventDefault();
  found.click();
}
