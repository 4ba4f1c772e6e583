// Making elements, and writing numbers.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

// `attributes` may hold `on`, an object of listeners; those that are null or false are left out.
function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function element(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

function drawn(name, attributes, ...children) {
  return fill(document.createElementNS(SVG_NAMESPACE, name), attributes, children);
}

let made_names = 0;

function unique(prefix) {
  made_names += 1;
  return `${prefix}-${made_names}`;
}

// A menu with its label; `options` are [value, text].
function menu(label, options, value, changed) {
  const id = unique("menu");
  const select = element("select", { id, on: { change: () => changed(select.value) } });
  for (const [key, text] of options) select.append(element("option", { value: key, selected: key === value }, text));
  return element("div", { class: "field" }, element("label", { for: id }, label), select);
}

// Buttons of which one is chosen; `options` are [value, text].
function choice(label, options, value, changed) {
  const name = unique("choice");
  const buttons = options.map(([key, text]) =>
    element(
      "label",
      {},
      element("input", { type: "radio", name, value: key, checked: key === value, on: { change: () => changed(key) } }),
      element("span", {}, text),
    ),
  );
  return element("fieldset", { class: "field" }, element("legend", {}, label), element("div", { class: "choice" }, ...buttons));
}

function checkbox(label, checked, changed) {
  const input = element("input", { type: "checkbox", checked, on: { change: () => changed(input.checked) } });
  return element("label", { class: "check" }, input, " ", label);
}

function announce(text) {
  document.getElementById("said").textContent = text;
}

// U+2212, as wide as a plus.
function minus(text) {
  return text.replace("-", "\u2212");
}

function significant(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "\u2013";
  if (value === 0) return "0";
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (size < -4 || size >= 7) return minus(value.toExponential(digits - 1));
  return minus(value.toFixed(Math.max(0, digits - 1 - size)));
}

function qualityText(value) {
  return minus(String(Number(value.toPrecision(4))));
}

function signed(value, places) {
  const text = Math.abs(value).toFixed(places);
  return Number(text) === 0 ? text : (value < 0 ? "\u2212" : "+") + text;
}

function plural(count, what) {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function bytes(count) {
  if (count === null) return "\u2013";
  if (count < 1e3) return `${count} B`;
  return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}
