// Fields that save themselves (providers/section_parts.html): says what is under way, keeps what could not be sent and tries again,
// and holds a link back until what was typed is on its way. Only the note under a control is swapped, never the control.

const RETRY_MS = [2000, 5000, 15000, 30000];
const waiting = new Map(); // field → how often it was tried
let running = 0;

const fieldOf = (element) => element?.closest?.("[data-autosave]");
const noteOf = (field) => field.querySelector(".field-note");
const controlsOf = (field) => field.querySelectorAll("input, select, textarea");

function say(field, words) {
  const line = document.createElement("p");
  line.className = "field-waiting";
  line.textContent = words;
  noteOf(field).replaceChildren(line);
}

function mark(field, isInvalid) {
  for (const control of controlsOf(field)) {
    if (isInvalid) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }
}

function tryAgain(field) {
  const tries = waiting.get(field) ?? 0;
  waiting.set(field, tries + 1);
  say(field, "Not saved yet: no connection. We keep trying; leave this page open.");
  const wait = RETRY_MS[Math.min(tries, RETRY_MS.length - 1)];
  setTimeout(() => {
    if (waiting.has(field) && field.isConnected) window.htmx.trigger(field, "change");
  }, wait);
}

function ended(event) {
  const field = fieldOf(event.detail.elt);
  if (!field) return;
  running -= 1;
  const { xhr } = event.detail;
  if (!event.detail.successful && xhr.status !== 422) {
    // Status 0 is a request that was replaced by a newer one, or one that could not be sent: htmx:sendError tells which.
    if (xhr.status >= 500) tryAgain(field);
    else if (xhr.status > 0) say(field, "Not saved. What you typed is still there.");
    return;
  }
  waiting.delete(field);
  const note = noteOf(field).querySelector("[data-note]");
  mark(field, note?.dataset.note === "error");
  if (note?.dataset.note !== "saved") return;
  for (const control of field.querySelectorAll("[data-secret]")) control.value = "";
}

// A field that depends on another is shown while that one has a fitting value.
function showFitting(form) {
  const valueOf = (name) => {
    const controls = [...form.querySelectorAll(`[name="${name}"]`)];
    const radio = controls.find((control) => control.type === "radio" && control.checked);
    return radio ? radio.value : controls[0]?.type === "radio" ? "" : (controls[0]?.value ?? "");
  };
  for (const field of form.querySelectorAll("[data-when]")) {
    field.hidden = !field.dataset.whenIs.split("|").includes(valueOf(field.dataset.when));
  }
}

function holdLinks(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || running === 0 || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey) return;
  if (link.hasAttribute("hx-get") || link.target || link.origin !== window.location.origin) return;
  event.preventDefault();
  const began = Date.now();
  const go = () => {
    if (running > 0 && Date.now() - began < 3000) setTimeout(go, 50);
    else window.location.assign(link.href);
  };
  go();
}

export function startAutosave() {
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const field = fieldOf(event.detail.elt);
    if (!field) return;
    running += 1;
    say(field, "Saving…");
  });
  document.body.addEventListener("htmx:afterRequest", ended);
  document.body.addEventListener("htmx:sendError", (event) => {
    const field = fieldOf(event.detail.elt);
    if (field) tryAgain(field);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("[data-whens]");
    if (form) showFitting(form);
  });
  document.addEventListener("click", holdLinks);
  document.addEventListener("submit", (event) => {
    // Enter in a field saves that field; the whole form goes only from browsers without this script.
    if (event.target.matches?.("[data-whens]")) {
      event.preventDefault();
      document.activeElement?.blur();
    }
  });
  window.addEventListener("online", () => {
    for (const field of waiting.keys()) window.htmx.trigger(field, "change");
  });
  window.addEventListener("beforeunload", (event) => {
    if (waiting.size > 0) event.preventDefault();
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "file-rows") return;
    event.detail.target.lastElementChild?.querySelector("input, select, textarea")?.focus();
  });
}
