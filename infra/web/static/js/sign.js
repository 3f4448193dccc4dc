// The pad on which a provider draws a signature: strokes become one SVG path in a hidden field, nothing else is kept.

const field = document.querySelector("[data-pad-field]");
const pad = document.querySelector("[data-pad]");

if (field && pad) {
  const stroke = pad.querySelector("[data-stroke]");
  const kept = field.querySelector("[data-drawing]");
  const LONGEST = 19000;
  let path = "";
  let drawing = false;

  const point = (event) => {
    const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(pad.getScreenCTM().inverse());
    return `${Math.round(spot.x)} ${Math.round(spot.y)}`;
  };
  const show = () => {
    stroke.setAttribute("d", path);
    kept.value = path;
  };
  const chosen = () => document.querySelector('input[name="method"]:checked')?.value;
  const settle = () => {
    field.hidden = chosen() !== "drawn";
    if (field.hidden) kept.value = "";
    else kept.value = path;
  };

  pad.addEventListener("pointerdown", (event) => {
    if (path.length > LONGEST) return;
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    drawing = true;
    const start = point(event);
    path += `M${start} L${start} `;
    show();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!drawing || path.length > LONGEST) return;
    path += `L${point(event)} `;
    show();
  });
  for (const name of ["pointerup", "pointercancel"]) {
    pad.addEventListener(name, () => {
      drawing = false;
    });
  }
  field.querySelector("[data-pad-clear]").addEventListener("click", () => {
    path = "";
    show();
  });
  for (const choice of document.querySelectorAll('input[name="method"]')) choice.addEventListener("change", settle);
  settle();
}
