// What every page may use; all of it works without this file, only less comfortably.
(function () {
  "use strict";

  // A form is sent once: the button rests until the answer comes.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (event.defaultPrevented || form.method === "get") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.querySelectorAll("button[type=submit]").forEach(function (button) {
      button.setAttribute("aria-disabled", "true");
      button.classList.add("is-busy");
    });
  });

  // Back with the browser's button: forms are fresh again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      form.querySelectorAll(".is-busy").forEach(function (button) {
        button.classList.remove("is-busy");
        button.removeAttribute("aria-disabled");
      });
    });
  });

  // After a refusal the reader is led to it.
  const summary = document.querySelector(".form-errors, .is-invalid");
  if (summary) summary.focus({ preventScroll: false });

  // data-copy="#id" copies a field's text.
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-copy]");
    if (!button || !navigator.clipboard) return;
    const source = document.querySelector(button.dataset.copy);
    navigator.clipboard.writeText(source.textContent.trim()).then(function () {
      button.classList.add("is-done");
    });
  });
})();
