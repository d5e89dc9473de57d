// One picture on the whole screen: the wheel zooms where the pointer is, dragging moves it.
const dialog = document.getElementById("zoom");
const area = document.getElementById("zoom-area");
const image = document.getElementById("zoom-image");
const name = document.getElementById("zoom-name");
const view = { scale: 1, x: 0, y: 0, held: null, pictures: [], at: 0 };

export const isZoomed = () => dialog.open;

export function openZoom(pictures, at) {
  if (!pictures.length) return;
  view.pictures = pictures;
  dialog.showModal();
  show(at);
}

export function zoomKey(key) {
  if (key === "+" || key === "=") zoomAt(1.4, area.clientWidth / 2, area.clientHeight / 2);
  else if (key === "-" || key === "−") zoomAt(1 / 1.4, area.clientWidth / 2, area.clientHeight / 2);
  else if (key === "0") fit();
  else if (key === "ArrowRight" || key === "j") show(view.at + 1);
  else if (key === "ArrowLeft" || key === "k") show(view.at - 1);
  else if (key === "z" || key === "q") dialog.close();
  else return false;
  return true;
}

function show(at) {
  view.at = (at + view.pictures.length) % view.pictures.length;
  const picture = view.pictures[view.at];
  const many = view.pictures.length > 1 ? ` (${view.at + 1} of ${view.pictures.length})` : "";
  name.textContent = `${picture.name}${many}: wheel zooms, drag moves, 0 fits, Esc closes`;
  image.src = picture.view; // it is there already; the larger one takes its place when it has come
  const larger = new Image();
  larger.onload = () => { if (view.pictures[view.at] === picture) { image.src = larger.src; image.onload = fit; } };
  larger.src = picture.full;
  image.onload = fit;
}

function fit() {
  const width = image.naturalWidth || 1, height = image.naturalHeight || 1;
  view.scale = Math.min(area.clientWidth / width, area.clientHeight / height, 8);
  view.x = (area.clientWidth - width * view.scale) / 2;
  view.y = (area.clientHeight - height * view.scale) / 2;
  place();
}

function zoomAt(factor, x, y) {
  const scale = Math.min(Math.max(view.scale * factor, 0.02), 40);
  view.x = x - (x - view.x) * scale / view.scale;
  view.y = y - (y - view.y) * scale / view.scale;
  view.scale = scale;
  place();
}

function place() {
  image.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
}

area.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoomAt(Math.exp(-event.deltaY * 0.0016), event.clientX, event.clientY);
}, { passive: false });
area.addEventListener("pointerdown", (event) => {
  view.held = { x: event.clientX - view.x, y: event.clientY - view.y };
  area.setPointerCapture(event.pointerId);
  area.classList.add("held");
});
area.addEventListener("pointermove", (event) => {
  if (!view.held) return;
  view.x = event.clientX - view.held.x;
  view.y = event.clientY - view.held.y;
  place();
});
for (const end of ["pointerup", "pointercancel"]) {
  area.addEventListener(end, () => { view.held = null; area.classList.remove("held"); });
}
area.addEventListener("dblclick", (event) => zoomAt(2, event.clientX, event.clientY));
