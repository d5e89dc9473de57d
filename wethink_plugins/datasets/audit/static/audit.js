// The page on which a person marks rows. All that rows hold is put in as text; nothing of it is ever parsed as HTML.
import { isZoomed, openZoom, zoomKey } from "./zoom.js";

const VALUES = ["yes", "no", "unsure"];
const KEYS = { y: "yes", n: "no", m: "unsure" };
const $ = (id) => document.getElementById(id);
// `stored` is what the server has on disk; `shown` may be ahead of it for a moment, and goes back if storing fails.
const state = { total: 0, criteria: [], stored: new Map(), shown: new Map(), place: 0, active: 0, row: null, waiting: 0 };
const rows = new Map();
let queue = Promise.resolve();

// ---- server

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  let reply;
  try {
    reply = await fetch(path, options);
  } catch {
    throw new Error("The server doesn't answer. Start the command again and open the new address; what is stored stays.");
  }
  const value = await reply.json().catch(() => null);
  if (!reply.ok) throw new Error(typeof value?.detail === "string" ? value.detail : `The server says ${reply.status}.`);
  return value;
}

// Changes go out one after another, in the order of the keys.
function send(path, body, then) {
  state.waiting += 1;
  queue = queue.then(async () => {
    try {
      const reply = await ask(path, body);
      if (reply) state.stored.set(reply.place, { marks: reply.marks, comment: reply.comment });
      trouble("");
      settle();
      then?.(reply);
    } catch (error) {
      settle();
      state.shown = copied(state.stored);
      trouble(`Not stored. ${error.message}`);
      showComment();
    }
    showMarks();
  });
  showMarks();
}

function settle() {
  state.waiting -= 1;
  if (!state.waiting) state.shown = copied(state.stored);
}

const copied = (said) => new Map([...said].map(([place, one]) => [place, { marks: { ...one.marks }, comment: one.comment }]));

function said(place) {
  if (!state.shown.has(place)) state.shown.set(place, { marks: {}, comment: "" });
  return state.shown.get(place);
}

async function loadRow(place) {
  if (!rows.has(place)) rows.set(place, ask(`rows/${place}`));
  try {
    return await rows.get(place);
  } catch (error) {
    rows.delete(place);
    throw error;
  }
}

// ---- moving

async function go(place) {
  if (place < 0 || place >= state.total) return;
  keepComment();
  state.place = place;
  state.active = firstOpen(place);
  history.replaceState(null, "", `#${place + 1}`);
  showMarks();
  showComment();
  try {
    const row = await loadRow(place);
    if (state.place !== place) return;
    trouble("");
    showRow(row);
    if (place + 1 < state.total) loadRow(place + 1).then((next) => next.images.forEach((one, i) => {
      if (!one.fault) new Image().src = pictureOf(next, i).view;
    })).catch(() => {});
  } catch (error) {
    trouble(error.message);
  }
}

const isDone = (place) => Object.keys(state.shown.get(place)?.marks ?? {}).length === state.criteria.length;

function firstOpen(place) {
  const marks = state.shown.get(place)?.marks ?? {};
  const open = state.criteria.findIndex((criterion) => !marks[criterion.name]);
  return open < 0 ? 0 : open;
}

function nextOpen() {
  for (let step = 1; step <= state.total; step += 1) {
    const place = (state.place + step) % state.total;
    if (!isDone(place)) {
      if (place === state.place) toast("This row is the last one that isn't done");
      return go(place);
    }
  }
  toast(`All ${state.total} rows are done. Thank you! You can close the page and end the command.`, 6000);
}

// ---- marking

function mark(index, value) {
  const { name } = state.criteria[index];
  const marks = said(state.place).marks;
  if (value) marks[name] = value;
  else delete marks[name];
  send(`rows/${state.place}/mark`, { criterion: name, mark: value });
}

function markActive(value) {
  mark(state.active, value);
  const marks = said(state.place).marks;
  const order = state.criteria.map((_, i) => (state.active + 1 + i) % state.criteria.length);
  state.active = order.find((i) => !marks[state.criteria[i].name]) ?? state.active;
  showMarks();
}

function cycle(index) {
  state.active = index;
  const now = VALUES.indexOf(said(state.place).marks[state.criteria[index].name]);
  mark(index, VALUES[now + 1] ?? null);
}

function undo() {
  keepComment();
  send("undo", {}, (reply) => {
    if (!reply) return toast("There is nothing to undo");
    const index = state.criteria.findIndex((criterion) => criterion.name === reply.field);
    if (reply.place !== state.place) go(reply.place);
    if (index >= 0) state.active = index;
    else showComment();
    const value = reply.field === "comment" ? (reply.value ? "as it was before" : "taken away") : reply.value || "open again";
    toast(`Undone: row ${reply.place + 1}, ${reply.field} ${reply.field === "comment" ? "" : "is "}${value}`);
  });
}

function keepComment() {
  if (!state.row) return;
  const text = $("comment").value.trim();
  if (Number($("comment").dataset.place) !== state.place || text === said(state.place).comment) return;
  said(state.place).comment = text;
  send(`rows/${state.place}/comment`, { text });
}

// ---- drawing

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const TAG = /(<\/?[a-z_][^<>]{0,40}>|<\|[^<>|]{1,40}\|>)/i;

function setText(target, text, whenEmpty) {
  target.classList.toggle("empty", !text.trim());
  if (!text.trim()) return target.replaceChildren(whenEmpty);
  target.replaceChildren(...text.split(TAG).filter(Boolean).map((part) => (
    TAG.test(part) ? element("span", { className: "tag", textContent: part }) : part
  )));
}

function showRow(row) {
  state.row = row;
  const facts = Object.entries({ ...row.facts, ...row.stratum }).filter(([, value]) => value);
  // The same thing in two spellings is shown once, as the stratum has it.
  const shown = new Map(facts.map(([name, value]) => [bare(value), element("span", { title: name, textContent: value })]));
  $("about").replaceChildren(
    element("span", { className: "plain", textContent: `Row ${row.place + 1} of ${state.total}` }),
    ...shown.values(),
    element("span", { className: "plain", textContent: `${row.images.length ? "" : "no image, text only; "}id ${row.id}, line ${row.line}` }),
  );
  setText($("question"), row.question, "There is no question");
  $("options").replaceChildren(...row.options.map((option) => element(
    "li", { className: option.gold ? "gold" : "" },
    element("b", { textContent: option.letter }), element("span", { textContent: option.text }),
  )));
  setText($("answer"), row.answer, "There is no answer");
  setText($("reasoning"), row.reasoning, "There is no reasoning");
  const words = row.reasoning.split(/\s+/).filter(Boolean).length;
  $("length").textContent = words > 60 ? `${words} words` : "";
  $("whole").hidden = !row.response;
  setText($("response"), row.response, "");
  showPictures(row);
  $("row").scrollTop = 0;
  if (!isZoomed() && !$("help").open) $("row").focus({ preventScroll: true });
  document.body.dataset.place = row.place;
}

const bare = (text) => text.toLowerCase().replace(/[\s_-]/g, "");

const pictureOf = (row, i) => ({
  name: row.images[i].name, view: `rows/${row.place}/images/${i}/view`, full: `rows/${row.place}/images/${i}/full`,
});

function showPictures(row) {
  const { images } = row;
  document.querySelector("main").classList.toggle("alone", !images.length);
  $("pictures").classList.toggle("several", images.length > 1);
  $("pictures").replaceChildren(...images.map((image, i) => (
    image.fault ? missing(image.fault) : picture(row, i)
  )));
  $("pictures").scrollTop = 0;
}

function picture(row, i) {
  const { name, width, height } = row.images[i];
  const from = pictureOf(row, i);
  const image = element("img", { alt: name });
  // A thumbnail is hard to judge at its own size.
  if (Math.max(width, height) < 260) image.style.width = `${width * 2}px`;
  const button = element("button", { className: "picture", type: "button", tabIndex: -1, title: "Look closer (z)" }, image);
  button.addEventListener("click", () => zoom(i));
  const caption = element("figcaption", { textContent: `${name}, ${width} × ${height}` });
  const figure = element("figure", {}, button, caption);
  image.addEventListener("load", () => {
    const share = Math.max(image.clientWidth, image.clientHeight) / Math.max(width, height);
    if (share < 0.6) caption.append(`, shown at ${Math.round(share * 100)} %: `, element("kbd", { textContent: "z" }), " looks closer");
  });
  image.addEventListener("error", async () => {
    const reason = await fetch(from.view).then((reply) => reply.json()).then((value) => value.detail).catch(() => "");
    if (state.row === row) row.images[i].fault = reason || `${name} can't be shown`;
    figure.replaceWith(missing(reason || `${name} can't be shown`));
  });
  image.src = from.view;
  return figure;
}

function missing(reason) {
  return element("figure", {}, element(
    "div", { className: "missing" }, element("b", { textContent: "No image to see" }), reason,
    element("div", { textContent: "The row can be marked all the same." }),
  ));
}

function zoom(at = 0) {
  const pictures = (state.row?.images ?? []).map((image, i) => (image.fault ? null : pictureOf(state.row, i)));
  const there = pictures.filter(Boolean);
  openZoom(there, Math.max(0, there.indexOf(pictures[at])));
}

function buildCriteria() {
  $("criteria").replaceChildren(...state.criteria.map((criterion, index) => {
    const choice = element("div", { className: "choice", role: "group", ariaLabel: criterion.name }, ...VALUES.map((value) => {
      const key = Object.keys(KEYS).find((one) => KEYS[one] === value);
      const button = element("button", { className: value, type: "button" }, `${value[0].toUpperCase()}${value.slice(1)} `,
        element("kbd", { textContent: key }));
      button.addEventListener("click", () => {
        state.active = index;
        const again = said(state.place).marks[criterion.name] === value;
        if (again) mark(index, null);
        else markActive(value);
      });
      return button;
    }));
    const title = element("div", { className: "title" }, element("kbd", { textContent: index + 1 }),
      element("span", { className: "name", textContent: criterion.name }), element("span", { className: "means", textContent: criterion.means }));
    return element("div", { className: "criterion", title: criterion.means }, title, choice);
  }));
  $("meanings").replaceChildren(...state.criteria.flatMap((criterion) => [
    element("dt", { textContent: criterion.name }), element("dd", { textContent: criterion.means }),
  ]));
  $("strip").replaceChildren(...Array.from({ length: state.total }, (_, place) => {
    const button = element("button", { type: "button", tabIndex: -1, title: `Row ${place + 1}`, ariaLabel: `Row ${place + 1}` });
    button.addEventListener("click", () => go(place));
    return button;
  }));
}

function showMarks() {
  const { marks } = said(state.place);
  [...$("criteria").children].forEach((card, index) => {
    card.classList.toggle("active", index === state.active);
    card.classList.toggle("storing", state.waiting > 0);
    for (const button of card.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", marks[state.criteria[index].name] === button.className);
    }
  });
  let done = 0;
  [...$("strip").children].forEach((tick, place) => {
    const values = Object.values(state.shown.get(place)?.marks ?? {});
    const complete = values.length === state.criteria.length;
    done += complete;
    const worst = complete ? ["done", VALUES.slice(1).find((value) => values.includes(value)) ?? ""] : [values.length ? "partly" : ""];
    tick.className = [...worst, place === state.place ? "here" : ""].filter(Boolean).join(" ");
  });
  $("counts").textContent = done === state.total ? `All ${done} done` : `${done} done, ${state.total - done} left`;
  $("next").classList.toggle("ready", isDone(state.place));
  document.body.dataset.waiting = state.waiting;
}

function showComment() {
  const box = $("comment");
  box.value = said(state.place).comment;
  box.dataset.place = state.place;
  grow();
}

function grow() {
  const box = $("comment");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}

function trouble(text) {
  $("trouble").hidden = !text;
  $("trouble").textContent = text;
}

let fading;
function toast(text, milliseconds = 2200) {
  $("toast").textContent = text;
  $("toast").classList.add("seen");
  clearTimeout(fading);
  fading = setTimeout(() => $("toast").classList.remove("seen"), milliseconds);
}

// ---- keys

const ACTIONS = {
  ArrowRight: () => go(state.place + 1), j: () => go(state.place + 1),
  ArrowLeft: () => go(state.place - 1), k: () => go(state.place - 1),
  Enter: nextOpen, u: undo, c: () => $("comment").focus(), z: () => zoom(), "?": () => $("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target === $("comment")) return commentKey(event);
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (isZoomed()) {
    if (zoomKey(key)) event.preventDefault();
    return;
  }
  if ($("help").open) {
    if (key === "?") $("help").close();
    return;
  }
  const index = Number(key) - 1;
  if (event.repeat && !key.startsWith("Arrow")) return; // a key that is held down marks once
  // Enter or space on a button that was reached by Tab is that button's.
  if (["Enter", " "].includes(key) && event.target.matches("button")) return;
  if (KEYS[key]) markActive(KEYS[key]);
  else if (index >= 0 && index < state.criteria.length) cycle(index);
  else if (ACTIONS[key]) ACTIONS[key]();
  else return;
  event.preventDefault();
});

function commentKey(event) {
  if (event.key !== "Escape" && (event.key !== "Enter" || event.shiftKey)) return;
  event.preventDefault();
  $("comment").blur();
  $("row").focus({ preventScroll: true });
}

$("comment").addEventListener("blur", keepComment);
$("comment").addEventListener("input", grow);
window.addEventListener("pagehide", keepComment);
$("back").addEventListener("click", () => go(state.place - 1));
$("next").addEventListener("click", nextOpen);
$("undo").addEventListener("click", undo);
$("help-button").addEventListener("click", () => $("help").showModal());
// A button that was clicked must not keep the keys.
document.addEventListener("click", (event) => {
  if (event.detail && event.target.closest("footer button, header button") && !$("help").open) $("row").focus({ preventScroll: true });
});
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("close", () => $("row").focus({ preventScroll: true }));
}

async function start() {
  try {
    const progress = await ask("progress");
    Object.assign(state, { total: progress.total, criteria: progress.criteria });
    for (let place = 0; place < progress.total; place += 1) {
      const one = { marks: progress.marks[place] ?? {}, comment: progress.comments[place] ?? "" };
      if (Object.keys(one.marks).length || one.comment) state.stored.set(place, one);
    }
    state.shown = copied(state.stored);
    $("file").textContent = progress.file.split(/[\\/]/).pop();
    $("file").title = progress.file;
    $("annotator").textContent = progress.annotator;
    buildCriteria();
    const isNew = !state.stored.size && !location.hash;
    const asked = Number(location.hash.slice(1)) - 1;
    await go(asked >= 0 && asked < state.total ? asked : progress.start);
    if (isNew) $("help").showModal();
  } catch (error) {
    trouble(error.message);
  }
}

start();
