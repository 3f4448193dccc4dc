// The side panel: htmx fills it and pushes its own address; Escape, the close link and Back empty it again.

export function startPanel() {
  const panel = document.getElementById("panel");
  if (!panel) return;
  let base = null; // the address below the panel, known when it was opened from this page
  let opener = null;

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target !== panel) return;
    const link = event.detail.elt;
    if (!panel.hasChildNodes()) base = window.location.href;
    if (link?.matches?.("[data-opens-panel]")) {
      opener = link;
      for (const row of document.querySelectorAll("tr[aria-selected='true']")) row.removeAttribute("aria-selected");
      link.closest("tr")?.setAttribute("aria-selected", "true");
    }
  });

  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== panel) return;
    panel.scrollTop = 0;
    panel.focus({ preventScroll: true });
  });

  const close = () => {
    panel.replaceChildren();
    for (const row of document.querySelectorAll("tr[aria-selected='true']")) row.removeAttribute("aria-selected");
    window.history.pushState({ htmx: true }, "", base);
    base = null;
    opener?.focus();
    opener = null;
  };

  const leave = (link) => {
    if (base) close();
    else if (link) window.location.assign(link.href);
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-panel-close]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    leave(link);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !panel.hasChildNodes()) return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return;
    if (event.target.matches?.("input, textarea, select") && panel.contains(event.target)) {
      event.target.blur(); // the first Escape leaves the field, so that nothing typed is lost by one key
      panel.focus({ preventScroll: true });
      return;
    }
    leave(panel.querySelector("[data-panel-close]"));
  });
}
