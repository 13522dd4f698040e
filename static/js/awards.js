// The quota meters follow the ticks; without JavaScript the service counts when the form is sent.
(() => {
  "use strict";
  const form = document.querySelector("[data-choose]");
  if (!form) return;
  const count = (box) => {
    const ticked = form.querySelectorAll(`input[data-kind="${box.dataset.meter}"]:checked`).length;
    const now = Number(box.dataset.used) + ticked;
    const limit = box.dataset.limit === "" ? null : Number(box.dataset.limit);
    box.querySelector("[data-now]").textContent = now;
    box.querySelector(".over").hidden = limit === null || now <= limit;
    const meter = box.querySelector("meter");
    if (meter) {
      meter.max = Math.max(limit, now, 1);
      meter.value = now;
    }
  };
  form.addEventListener("change", () => form.querySelectorAll("[data-meter]").forEach(count));
})();
