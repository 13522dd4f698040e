// Batches: choose on the review, go through it by keyboard, watch the progress. Without this file the boxes work one by
// one, and the progress page loads itself anew.
(function () {
  "use strict";

  const PAUSE = 1000; // milliseconds between two questions
  const MOST_PAUSE = 10000;

  // --- The review

  function review(form) {
    const all = form.querySelector("[data-choose-all]");
    const counter = form.querySelector("[data-chosen]");
    const button = form.querySelector("button[type=submit]");
    const boxes = Array.from(form.querySelectorAll("input[name=item]:not(:disabled)"));

    function tell() {
      const chosen = boxes.filter((box) => box.checked).length;
      counter.textContent = "(" + chosen + ")";
      button.disabled = chosen === 0;
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }

    function step(from, by) {
      const next = boxes[boxes.indexOf(from) + by];
      if (!next) return;
      next.focus({ preventScroll: true });
      next.closest("[data-row]").scrollIntoView({ block: "nearest" });
    }

    const ACTS = {
      ArrowDown: (box) => step(box, 1),
      ArrowUp: (box) => step(box, -1),
      Enter: (box) => window.open(box.dataset.opens, "_blank", "noopener"),
    };

    all.addEventListener("change", function () {
      boxes.forEach((box) => (box.checked = all.checked));
      tell();
    });
    form.addEventListener("change", tell);
    form.addEventListener("keydown", function (event) {
      const act = event.target.name === "item" && ACTS[event.key];
      if (!act) return;
      event.preventDefault();
      act(event.target);
    });
    form.addEventListener("submit", () => window.setTimeout(() => (button.disabled = true)));
    window.addEventListener("pageshow", tell); // also when the browser comes back to the page it kept
    tell();
  }

  // --- The progress

  function watch(section) {
    const bar = section.querySelector("progress");
    const summary = section.querySelector("[data-summary]");
    const rows = new Map(
      Array.from(document.querySelectorAll("[data-item]")).map((row) => [row.dataset.item, row])
    );
    let pause = PAUSE;
    let told = "";

    function show(news) {
      bar.max = news.total;
      bar.value = news.done;
      if (news.text !== told) summary.textContent = told = news.text; // an unchanged text would be read out again
      for (const [id, item] of Object.entries(news.items)) {
        const row = rows.get(id);
        if (!row || row.classList.contains("is-" + item.state)) continue;
        row.className = "result is-" + item.state;
        row.querySelector("[data-state]").textContent = item.label;
      }
    }

    async function look() {
      try {
        const answer = await fetch(section.dataset.progress, { headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(answer.status);
        const news = await answer.json();
        show(news);
        // Another state (the signer's turn has come, or all is done) has a page with more to offer.
        if (news.state !== section.dataset.now) return window.location.reload();
        pause = PAUSE;
      } catch (error) {
        pause = Math.min(pause * 2, MOST_PAUSE); // the service may be starting anew; the batch goes on with it
      }
      window.setTimeout(look, pause);
    }

    window.setTimeout(look, pause);
  }

  document.querySelectorAll("[data-review]").forEach(review);
  document.querySelectorAll("[data-progress]").forEach(watch);
})();
