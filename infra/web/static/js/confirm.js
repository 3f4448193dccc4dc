// data-confirm="What happens if you go on" on a form or a submit button asks before it is sent.
// data-confirm-verb names the act on the button, data-confirm-danger colors it.

export function startConfirm() {
  const dialog = document.getElementById("confirm");
  if (!dialog) return;

  const ask = (source) =>
    new Promise((resolve) => {
      const verb = source.dataset.confirmVerb || "Yes";
      dialog.querySelector("#confirm-title").textContent = `${verb}?`;
      dialog.querySelector("#confirm-text").textContent = source.dataset.confirm;
      const yes = dialog.querySelector("#confirm-yes");
      yes.textContent = verb;
      yes.classList.toggle("button-danger", "confirmDanger" in source.dataset);
      yes.classList.toggle("button-primary", !("confirmDanger" in source.dataset));
      dialog.returnValue = "no";
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
      dialog.showModal();
    });

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const source = event.submitter?.dataset.confirm ? event.submitter : form;
      if (!source.dataset.confirm || form.dataset.confirmed === "true") {
        delete form.dataset.confirmed;
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      const submitter = event.submitter;
      ask(source).then((agreed) => {
        if (!agreed) return;
        form.dataset.confirmed = "true";
        form.requestSubmit(submitter);
      });
    },
    true,
  );

  // htmx elements that are no forms use hx-confirm; the same dialog answers.
  document.body.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    const source = { dataset: { confirm: event.detail.question, ...event.detail.elt.dataset } };
    ask(source).then((agreed) => agreed && event.detail.issueRequest(true));
  });
}
