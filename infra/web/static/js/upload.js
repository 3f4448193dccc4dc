// Documents go straight from the browser to the object store:
//   SHA-256 here → POST create (our API) → PUT to the presigned address, in parts above 64 MiB → POST complete → ask until scanned.
// A drop zone is <div data-upload data-create-url>; see templates/components/upload.html.

import { createRow } from "./upload_row.js";

const MEGABYTE = 1024 * 1024;
const LARGEST = 256 * MEGABYTE; // crypto.subtle hashes a file in one piece, so it has to fit into memory
const AT_ONCE = 3;
const TRIES_PER_PART = 3;

// words: the state in the row; again: whether sending the same file once more can help.
class UploadProblem extends Error {
  constructor(message, { words = "Not sent", again = true } = {}) {
    super(message);
    this.words = words;
    this.again = again;
  }
}

class Cancelled extends Error {}

const waiting = [];
let running = 0;

export function startUploads() {
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-upload-input]")) return;
    accept(event.target.closest("[data-upload]"), event.target.files);
    event.target.value = "";
  });
  startDropping();
  window.addEventListener("beforeunload", (event) => {
    if (running > 0) event.preventDefault();
  });
}

function startDropping() {
  const carriesFiles = (event) => event.dataTransfer?.types?.includes("Files");
  const zoneFor = (event) => event.target.closest?.("[data-upload]") ?? document.querySelector("[data-upload][data-anywhere]");
  let depth = 0;
  let cover = null;

  const clear = () => {
    depth = 0;
    cover?.remove();
    cover = null;
    for (const zone of document.querySelectorAll("[data-over]")) delete zone.dataset.over;
  };

  document.addEventListener("dragenter", (event) => {
    const zone = carriesFiles(event) && zoneFor(event);
    if (!zone) return;
    event.preventDefault();
    depth += 1;
    zone.dataset.over = "";
    if (!cover && zone.hasAttribute("data-anywhere")) {
      cover = document.createElement("div");
      cover.className = "drop-cover";
      cover.textContent = "Drop to send";
      document.body.append(cover);
    }
  });

  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault(); // also where there is no zone: else the browser would open the file and leave the page
    event.dataTransfer.dropEffect = zoneFor(event) ? "copy" : "none";
  });

  document.addEventListener("dragleave", (event) => {
    if (!carriesFiles(event)) return;
    depth -= 1;
    if (depth <= 0) clear();
  });

  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    const zone = zoneFor(event);
    clear();
    if (zone) accept(zone, event.dataTransfer.files);
  });
}

function accept(zone, files) {
  for (const file of files) {
    const row = createRow(zone.querySelector(".drop-files"), file);
    const start = () => {
      waiting.push({ zone, file, row });
      row.show("Waiting its turn", "waiting");
      row.onCancel(() => {
        const place = waiting.findIndex((job) => job.row === row);
        if (place >= 0) waiting.splice(place, 1);
        row.remove();
      });
      next();
    };
    row.onRetry(start);
    start();
  }
}

async function next() {
  if (running >= AT_ONCE || !waiting.length) return;
  const job = waiting.shift();
  running += 1;
  try {
    await send(job);
  } finally {
    running -= 1;
    next();
  }
}

async function send({ zone, file, row }) {
  const control = new AbortController();
  row.onCancel(() => control.abort());
  try {
    const made = await create(zone, file, row, control.signal);
    const parts = made.parts ?? made.upload?.parts;
    row.show("Sending", "waiting", 0);
    const progress = (sent) => row.show("Sending", "waiting", sent / Math.max(file.size, 1));
    const etags = parts
      ? await putParts(parts, file, progress, control.signal)
      : (await put(made.upload, file, progress, control.signal), null);
    row.onCancel(null); // from here on the file is with us
    const own = `${zone.dataset.createUrl}/${made.document.id}`;
    await api(made.complete ?? made.upload?.complete ?? `${own}/complete`, "POST", etags ? { parts: etags } : {}, control.signal);
    await untilScanned(own, row);
    zone.dispatchEvent(new CustomEvent("upload:done", { bubbles: true, detail: { id: made.document.id, filename: file.name } }));
  } catch (error) {
    if (control.signal.aborted || error instanceof Cancelled) row.remove();
    else if (error instanceof UploadProblem) row.fail(error.message, error);
    else row.fail("The connection broke off. Nothing was kept; send it again.");
  }
}

async function create(zone, file, row, signal) {
  if (file.size === 0) throw new UploadProblem("This file is empty. Choose the file that has content.", { again: false });
  if (file.size > LARGEST) {
    throw new UploadProblem("This file is larger than 256 MB. Split it, or export it in smaller parts.", { again: false });
  }
  if (!window.crypto?.subtle) {
    throw new UploadProblem(
      "This browser cannot check the file on an unencrypted connection. Open Onpanel by its https address.",
      { again: false },
    );
  }
  row.show("Checking", "waiting");
  const body = {
    filename: file.name,
    content_type: file.type || "application/octet-stream",
    size: file.size,
    sha256: await sha256(file),
  };
  if (signal.aborted) throw new Cancelled();
  if (zone.dataset.kind) body.kind = zone.dataset.kind;
  if (zone.dataset.providerId) body.provider_id = zone.dataset.providerId;
  if (zone.dataset.taskId) body.task_id = zone.dataset.taskId;
  return api(zone.dataset.createUrl, "POST", body, signal);
}

async function sha256(file) {
  let bytes;
  try {
    bytes = await file.arrayBuffer();
  } catch (error) {
    throw new UploadProblem("This file cannot be read. It may have been moved or is open in another program.");
  }
  const digest = await window.crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Calls our own API with the cookie session; answers the JSON body or throws what the problem document says.
async function api(url, method, body, signal) {
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  if (body) headers["Content-Type"] = "application/json";
  const sent = body ? JSON.stringify(body) : undefined;
  const answer = await fetch(url, { method, headers, signal, body: sent, credentials: "same-origin" });
  if (answer.ok) return answer.status === 204 ? {} : answer.json();
  let problem = {};
  try {
    problem = await answer.json();
  } catch (error) {
    // No problem document: the sentences below.
  }
  if (answer.status === 401) {
    throw new UploadProblem("Your session has ended. Sign in again in another tab, then send this once more.");
  }
  const first = problem.errors ? Object.values(problem.errors)[0] : null;
  const said = Array.isArray(first) ? first[0] : first;
  const reason = (typeof said === "string" ? said : said?.detail) || problem.detail || problem.title;
  throw new UploadProblem(reason || `The server refused this file (${answer.status}).`, {
    again: answer.status >= 500 || answer.status === 429,
  });
}

async function putParts(parts, file, progress, signal) {
  const etags = [];
  let from = 0;
  for (const [index, part] of parts.entries()) {
    const size = part.size ?? Math.ceil(file.size / parts.length);
    const to = index === parts.length - 1 ? file.size : from + size;
    const piece = file.slice(from, to);
    const start = from;
    const etag = await putAgain({ method: "PUT", ...part }, piece, (sent) => progress(start + sent), signal);
    if (!etag) throw new UploadProblem("The document store did not confirm a part. Send the file again.");
    etags.push({ number: part.number, etag });
    from = to;
  }
  return etags;
}

async function putAgain(target, piece, progress, signal) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await put(target, piece, progress, signal);
    } catch (error) {
      if (error instanceof Cancelled || attempt === TRIES_PER_PART) throw error;
      await pause(attempt * 1000);
    }
  }
}

// XMLHttpRequest, because fetch reports no progress of what it sends. Answers the ETag.
function put(target, bytes, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(target.method ?? "PUT", target.url);
    for (const [name, value] of Object.entries(target.headers ?? {})) {
      if (!/^(host|content-length)$/i.test(name)) request.setRequestHeader(name, value); // the browser sets these two
    }
    request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve(request.getResponseHeader("ETag"));
      else if (request.status === 403) reject(new UploadProblem("The permission to send this file has run out. Send it again."));
      else reject(new UploadProblem(`The document store refused this file (${request.status}). Send it again.`));
    });
    request.addEventListener("error", () => {
      reject(new UploadProblem("The document store did not answer. Check your connection and send it again."));
    });
    request.addEventListener("abort", () => reject(new Cancelled()));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    if (signal.aborted) reject(new Cancelled());
    else request.send(bytes);
  });
}

async function untilScanned(url, row) {
  for (let tries = 0; tries < 90; tries += 1) {
    row.show("Scanning for viruses", "waiting");
    await pause(Math.min(1000 + tries * 100, 5000));
    let found;
    try {
      found = await api(url, "GET");
    } catch (error) {
      if (error instanceof UploadProblem) throw error;
      continue; // the connection broke for a moment; the scan goes on without us
    }
    const { status, status_reason: why } = found.document ?? found;
    if (status === "quarantined") {
      throw new UploadProblem(`It was set aside and nobody can open it: ${why || "the scanner refused it"}.`, {
        words: "Quarantined",
        again: false,
      });
    }
    if (status === "rejected" || status === "failed") {
      throw new UploadProblem("What arrived is not what was sent. Nothing was kept; send it again.");
    }
    if (status !== "scanning" && status !== "awaiting_upload") {
      row.finish();
      return;
    }
  }
  row.show("Still being scanned; you can leave this page", "waiting");
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
