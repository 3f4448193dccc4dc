// One document beside its fields: a field marks its place on the page, Enter confirms, arrows turn pages, another kind shows its fields.

const typing = (element) => element.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

function mark(name) {
  for (const box of document.querySelectorAll("[data-mark]")) {
    box.toggleAttribute("data-current", box.dataset.mark === name);
  }
}

function fieldOf(event) {
  return event.target.closest?.("[data-field]");
}

document.addEventListener("focusin", (event) => {
  const field = fieldOf(event);
  if (field) mark(field.dataset.field);
});

document.addEventListener("pointerover", (event) => {
  const field = fieldOf(event);
  if (field) mark(field.dataset.field);
});

document.addEventListener("change", (event) => {
  const select = event.target.closest?.("[data-kind-of]");
  if (!select?.value) return;
  const address = new URL(select.dataset.kindOf, window.location.origin);
  address.searchParams.set("kind", select.value);
  const whose = document.querySelector("[name=provider_id]")?.value;
  if (whose) address.searchParams.set("provider_id", whose);
  window.location.assign(address);
});

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && event.target.matches?.("select")) {
    event.preventDefault();
    document.querySelector("[data-confirm-reading]")?.click();
    return;
  }
  if (typing(event.target)) return;
  if (event.key === "ArrowLeft") document.querySelector("[data-page-back]")?.click();
  else if (event.key === "ArrowRight") document.querySelector("[data-page-on]")?.click();
  else if (event.key === "Enter" && !event.target.closest("a, button, summary, input, [role=button]")) {
    event.preventDefault();
    document.querySelector("[data-confirm-reading]")?.click();
  }
});
