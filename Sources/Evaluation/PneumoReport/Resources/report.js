"use strict";
const data = JSON.parse(document.getElementById("data").textContent);

// Plots tell the numbers of the place that is pointed at, or led to by arrow keys.
for (const plot of document.querySelectorAll(".plot")) {
  const output = plot.closest("figure").querySelector(".note");
  const cursor = plot.querySelector(".cursor");
  const notes = JSON.parse(plot.dataset.notes)
    .map(([x, y, text]) => ({ x: Number(x), y: Number(y), text }))
    .sort((a, b) => a.x - b.x);
  let current = -1;
  const show = (index) => {
    current = index;
    const note = notes[index];
    cursor.setAttribute("cx", note.x);
    cursor.setAttribute("cy", note.y);
    cursor.setAttribute("visibility", "visible");
    output.textContent = note.text;
  };
  const hide = () => {
    current = -1;
    cursor.setAttribute("visibility", "hidden");
    output.textContent = "\u00a0";
  };
  if (notes.length === 0) continue;
  plot.addEventListener("pointermove", (event) => {
    const matrix = plot.getScreenCTM();
    const x = (event.clientX - matrix.e) / matrix.a;
    const y = (event.clientY - matrix.f) / matrix.d;
    let best = 0;
    let least = Infinity;
    notes.forEach((note, index) => {
      const distance = (note.x - x) ** 2 + (note.y - y) ** 2;
      if (distance < least) [best, least] = [index, distance];
    });
    show(best);
  });
  plot.addEventListener("pointerleave", hide);
  plot.addEventListener("blur", hide);
  plot.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    show(Math.min(Math.max(current + step, 0), notes.length - 1));
  });
}

// How many of the ascending values are greater than the threshold.
function above(values, threshold) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > threshold) high = middle; else low = middle + 1;
  }
  return values.length - low;
}

function wilson(part, whole) {
  const z = 1.959963984540054;
  const p = part / whole;
  const center = p + z * z / (2 * whole);
  const half = z * Math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole));
  const divisor = 1 + z * z / whole;
  return [Math.max((center - half) / divisor, 0), Math.min((center + half) / divisor, 1)];
}

// The slider spreads probabilities by their odds, from 1 in 2,000 to 1,999 in 2,000.
const widest = Math.log(0.9995 / 0.0005);
const logit = (p) => Math.log(p / (1 - p));
const toSlider = (p) => Math.min(Math.max(100 * logit(p) / widest, -100), 100);
const fromSlider = (value) => 1 / (1 + Math.exp(-value / 100 * widest));

for (const panel of document.querySelectorAll(".panel")) {
  const number = Number(panel.dataset.model);
  const { threshold, positives, negatives } = data.models[number];
  const slider = panel.querySelector(".range");
  const value = panel.querySelector(".value");
  const set = (name, text) => {
    for (const element of panel.querySelectorAll(name)) element.textContent = text;
  };
  // Where a value stands between two others, 0 to 1.
  const place = (value, [low, high]) => Math.min(Math.max((value - low) / (high - low), 0), 1);
  const numbers = (text) => text.split(" ").map(Number);
  const point = (plot, x, y) => {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    for (const element of document.querySelectorAll(
      `[data-plot="${plot}"] [data-name="point${number}"]`)) {
      const { frame, x: columns, y: rows } = element.ownerSVGElement.dataset;
      const [left, top, right, bottom] = numbers(frame);
      element.setAttribute("cx", left + place(x, numbers(columns)) * (right - left));
      element.setAttribute("cy", bottom - place(y, numbers(rows)) * (bottom - top));
    }
  };
  const update = (t) => {
    const tp = above(positives, t);
    const fp = above(negatives, t);
    const fn = positives.length - tp;
    const tn = negatives.length - fp;
    for (const [name, count, row] of [
      ["tp", tp, positives.length], ["fn", fn, positives.length],
      ["tn", tn, negatives.length], ["fp", fp, negatives.length]]) {
      const cell = panel.querySelector(`[data-count="${name}"]`);
      const share = row > 0 ? count / row : 0;
      cell.style.setProperty("--share", share.toFixed(4));
      cell.querySelector("b").textContent = count.toLocaleString("en");
      cell.querySelector("small").textContent = `${(100 * share).toFixed(1)}%`;
    }
    for (const [name, part, whole, proportion] of [
      ["recall", tp, tp + fn, true], ["specificity", tn, tn + fp, true],
      ["precision", tp, tp + fp, true], ["npv", tn, tn + fn, true],
      ["accuracy", tp + tn, tp + tn + fp + fn, true], ["f1", 2 * tp, 2 * tp + fp + fn, false]]) {
      set(`[data-metric="${name}"]`, whole > 0 ? (part / whole).toFixed(4) : "–");
      set(`[data-interval="${name}"]`, whole > 0 && proportion
        ? wilson(part, whole).map((limit) => limit.toFixed(4)).join("–") : "");
    }
    const recall = tp / (tp + fn);
    point("roc", fp / (fp + tn), recall);
    point("pr", recall, tp / (tp + fp));
    for (const rule of panel.querySelectorAll('[data-name="threshold"]')) {
      const { frame, x: columns } = rule.ownerSVGElement.dataset;
      const [left, , right] = numbers(frame);
      const x = left + place(logit(t), numbers(columns).map(logit)) * (right - left);
      rule.setAttribute("x1", x);
      rule.setAttribute("x2", x);
    }
  };
  const reset = () => {
    slider.value = toSlider(threshold);
    value.value = threshold;
  };
  reset();
  slider.addEventListener("input", () => {
    const t = fromSlider(Number(slider.value));
    value.value = t.toPrecision(5);
    update(t);
  });
  value.addEventListener("input", () => {
    const t = Number(value.value);
    if (value.value === "" || !(t >= 0 && t <= 1)) return;
    slider.value = toSlider(t);
    update(t);
  });
  const form = panel.querySelector("form");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    reset();
    update(threshold);
  });
}

const opacity = document.getElementById("opacity");
opacity?.addEventListener("input", () => {
  for (const image of document.querySelectorAll(".heat")) {
    image.style.opacity = Number(opacity.value) / 100;
  }
});
