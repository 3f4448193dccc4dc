// One line per file in a drop zone's list: name, size, state in words, bar, and the one act that is possible now.

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  good: ["circle", { cx: 5, cy: 5, r: 4 }],
  waiting: ["circle", { cx: 5, cy: 5, r: 3.5, class: "ring" }],
  blocked: ["rect", { x: 1, y: 1, width: 8, height: 8 }],
};

function shape(tone) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "status-shape");
  svg.setAttribute("viewBox", "0 0 10 10");
  svg.setAttribute("aria-hidden", "true");
  const [name, attributes] = SHAPES[tone];
  const drawn = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) drawn.setAttribute(key, value);
  svg.append(drawn);
  return svg;
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function readable(size) {
  if (size < 1000) return size === 1 ? "1 byte" : `${size} bytes`;
  if (size < 1e6) return `${Math.round(size / 1000)} KB`;
  return `${(size / 1e6).toFixed(1)} MB`;
}

export function createRow(list, file) {
  const item = element("li", "");
  const name = element("span", "upload-name", `${file.name} `);
  name.append(element("span", "upload-size", readable(file.size)));
  const side = element("span", "upload-side");
  const state = element("span", "status");
  const act = element("button", "button button-small button-quiet");
  act.type = "button";
  act.hidden = true;
  side.append(state, act);
  const bar = element("progress", "");
  bar.max = 100;
  bar.setAttribute("aria-label", `Progress of ${file.name}`);
  const detail = element("span", "upload-detail");
  detail.hidden = true;
  item.append(name, side, bar, detail);
  list.append(item);

  let onAct = null;
  let retry = null;
  let said = "";
  act.addEventListener("click", () => onAct?.());

  const offer = (label, run) => {
    act.hidden = !run;
    act.textContent = label;
    act.setAttribute("aria-label", `${label} ${file.name}`);
    onAct = run;
  };

  // Words change rarely, the bar often: a screen reader hears only the words.
  const show = (words, tone, share) => {
    if (words !== said) {
      said = words;
      state.className = `status tone-${tone}`;
      state.replaceChildren(shape(tone), element("span", "", words));
    }
    bar.hidden = tone !== "waiting";
    detail.hidden = true;
    if (share === undefined) bar.removeAttribute("value");
    else bar.value = Math.min(Math.round(share * 100), 100);
  };

  return {
    show,
    onCancel: (run) => offer("Cancel", run),
    onRetry: (run) => {
      retry = run;
    },
    finish: () => {
      show("Received", "good");
      offer("", null);
    },
    fail: (reason, { words = "Not sent", again = true } = {}) => {
      show(words, "blocked");
      detail.textContent = reason;
      detail.hidden = false;
      if (again) offer("Send again", retry);
      else offer("Remove", () => item.remove());
    },
    remove: () => item.remove(),
  };
}
