// The map of a form: a line of the list and its box on the page's picture light up together.

const mark = (number, on) => {
  document.querySelector(`[data-field="${number}"] rect`)?.classList.toggle("is-current", on);
  document.querySelector(`[data-field-line="${number}"]`)?.classList.toggle("is-current", on);
};

for (const line of document.querySelectorAll("[data-field-line]")) {
  const number = line.dataset.fieldLine;
  for (const name of ["focusin", "mouseenter"]) line.addEventListener(name, () => mark(number, true));
  for (const name of ["focusout", "mouseleave"]) line.addEventListener(name, () => mark(number, false));
}
for (const box of document.querySelectorAll("[data-field]")) {
  box.addEventListener("mouseenter", () => mark(box.dataset.field, true));
  box.addEventListener("mouseleave", () => mark(box.dataset.field, false));
  box.addEventListener("click", (event) => {
    event.preventDefault();
    const line = document.getElementById(`field-${box.dataset.field}`);
    line?.scrollIntoView({ block: "center" });
    line?.querySelector("select, input")?.focus();
  });
}
