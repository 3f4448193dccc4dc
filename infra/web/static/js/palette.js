// The jump palette: a dialog over links that the server has drawn. Also opens any dialog by data-opens="id".

export function startPalette() {
  document.addEventListener("click", (event) => {
    const id = event.target.closest("[data-opens]")?.dataset.opens;
    if (id) openDialog(id);
    // A click on the backdrop closes.
    if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
  });

  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = document.getElementById("palette-input");
  const none = document.getElementById("palette-none");
  const links = [...dialog.querySelectorAll("#palette-list a")];
  let active = -1;

  const shown = () => links.filter((link) => !link.parentElement.hidden);

  const mark = (index) => {
    const list = shown();
    active = list.length ? (index + list.length) % list.length : -1;
    for (const link of links) {
      delete link.dataset.active;
      link.setAttribute("aria-selected", "false");
    }
    const link = list[active];
    if (!link) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    link.dataset.active = "";
    link.setAttribute("aria-selected", "true");
    link.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", link.id);
  };

  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const link of links) {
      const text = link.textContent.toLowerCase();
      link.parentElement.hidden = !words.every((word) => text.includes(word));
    }
    none.hidden = shown().length > 0;
    mark(0);
  };

  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      shown()[active]?.click();
    }
  });

  dialog.addEventListener("close", () => {
    input.value = "";
  });

  document.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else openDialog("palette");
    }
  });

  dialog.addEventListener("onpanel:opened", filter);
}

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open || document.querySelector("dialog[open]")) return;
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("onpanel:opened"));
}
