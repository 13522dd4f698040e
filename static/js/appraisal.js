// The quota meters follow the boxes while they are ticked; the server judges in any case.
(function () {
  "use strict";

  const form = document.getElementById("choose");
  if (!form) return;

  function follow(meter) {
    const kind = meter.dataset.kind;
    const ticked = form.querySelectorAll('input[name="nominee"][data-kind="' + kind + '"]:checked').length;
    const used = ticked + Number(meter.dataset.elsewhere || 0);
    meter.querySelector("[data-used]").textContent = used;
    const bar = meter.querySelector("meter");
    if (!bar) return;
    const limit = Number(meter.dataset.limit);
    bar.max = Math.max(limit, used, 1);
    bar.value = used;
    meter.querySelector(".over").hidden = used <= limit;
  }

  form.addEventListener("change", function (event) {
    if (event.target.name !== "nominee") return;
    event.target.closest("tr").classList.toggle("is-chosen", event.target.checked);
    document.querySelectorAll(".quota-meter").forEach(follow);
  });
})();
