// Starts what every page needs. Each part works by attributes in the page, so swapped-in fragments need no set-up.
import { startAutosave } from "./autosave.js";
import { startConfirm } from "./confirm.js";
import { startKeys } from "./keys.js";
import { startPalette } from "./palette.js";
import { startPanel } from "./panel.js";
import { startThemeChoice } from "./theme_choice.js";
import { startUploads } from "./upload.js";

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

function startRequests() {
  document.body.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = meta("csrf-token");
  });

  document.body.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401) {
      toSignIn();
      return;
    }
    say(problemOf(event.detail.xhr), "blocked");
  });

  document.body.addEventListener("htmx:sendError", (event) => {
    // A poll that fails once is tried again by itself, and so is a field that saves itself; only what a person started is reported.
    if (event.detail.elt?.closest?.("[data-autosave]")) return;
    if (event.detail.requestConfig?.triggeringEvent?.isTrusted) {
      say("The server did not answer. Check your connection and try again.", "blocked");
    }
  });

  document.body.addEventListener("htmx:afterSwap", (event) => {
    event.detail.target?.querySelector?.("[data-error-summary]")?.focus();
  });
}

// Where the session has ended, sign-in comes back to this page.
export function toSignIn() {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`${meta("sign-in-url") || "/sign-in"}?next=${encodeURIComponent(here)}`);
}

// A refusal comes as problem details from the API and as a message fragment from a page.
function problemOf(xhr) {
  if (xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) {
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const words = page.querySelector("[data-message] .message-text")?.textContent.trim();
    if (words) return words;
  }
  try {
    const problem = JSON.parse(xhr.responseText);
    if (problem.detail || problem.title) return problem.detail || problem.title;
  } catch (error) {
    // Not a problem document: the general sentence below.
  }
  if (xhr.status === 403) return "Your role here does not include this. Nothing was changed.";
  return xhr.status === 404
    ? "This is no longer there. Reload the page to see what is."
    : "That did not work, and nothing was changed. Try again; if it fails once more, reload the page.";
}

// Adds a message to the page without a reload. tone: good, waiting, attention, blocked.
export function say(text, tone = "waiting") {
  const place = document.getElementById("flashes");
  if (!place) return;
  for (const old of place.querySelectorAll("[data-said]")) old.remove();
  const box = document.createElement("div");
  box.className = `message tone-${tone}`;
  box.dataset.message = "";
  box.dataset.said = "";
  const words = document.createElement("div");
  words.className = "message-text";
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button-quiet button-small";
  close.dataset.dismiss = "";
  close.textContent = "Dismiss";
  box.append(words, close);
  place.append(box);
}

function startMessages() {
  document.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss]")?.closest("[data-message]")?.remove();
  });
}

// Ctrl on most machines, ⌘ on a Mac.
function nameModifierKey() {
  if (!/Mac|iPhone|iPad/.test(navigator.platform)) return;
  for (const key of document.querySelectorAll("[data-modifier-key]")) key.textContent = "⌘K";
}

// A second click on a form that is on its way sends nothing.
function startSingleSubmit() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const method = (form.getAttribute("method") ?? "get").toLowerCase();
    if (event.defaultPrevented || method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent === "true") {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "true";
    setTimeout(() => delete form.dataset.sent, 5000); // an answer that is a download leaves the page standing
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}

startRequests();
startMessages();
startConfirm();
startSingleSubmit();
startPalette();
startPanel();
startThemeChoice();
startUploads();
startAutosave();
startKeys();
nameModifierKey();
document.querySelector("[data-error-summary]")?.focus();
