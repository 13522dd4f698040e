// Uploads show how far they are, and a refusal stands on the form with everything that was typed. Without this file the
// form is sent as any other.
(function () {
  "use strict";

  document.querySelectorAll("form[data-upload]").forEach(function (form) {
    const box = form.querySelector("[data-upload-progress]");
    const refusal = form.querySelector("[data-upload-refusal]");
    const input = form.querySelector("input[type=file]");
    if (!box || !refusal || !input) return;
    const bar = box.querySelector("progress");
    const state = box.querySelector(".upload-state");
    const words = box.dataset;

    function rest() {
      box.hidden = true;
      delete form.dataset.sent;
      form.querySelectorAll("button[type=submit]").forEach(function (button) {
        button.classList.remove("is-busy");
        button.removeAttribute("aria-disabled");
      });
    }

    function refuse(sentence) {
      rest();
      refusal.lastElementChild.textContent = sentence;
      refusal.hidden = false;
      refusal.focus();
    }

    function isTooLarge() {
      const file = input.files[0];
      return Boolean(file) && file.size > Number(words.limit);
    }

    // The page that came back holds the refusal: of a field, of the form, or of the whole request.
    function sentenceIn(html) {
      const page = new DOMParser().parseFromString(html, "text/html");
      const told = page.querySelectorAll("form[data-upload] .form-errors > div, form[data-upload] .invalid-feedback span, .error-page .lead");
      return Array.from(told, (each) => each.textContent.trim()).filter(Boolean).join(" ") || words.cut;
    }

    // A newer version was there: the page that came back asks what to do with the file, which is kept meanwhile.
    function ask(html) {
      const asked = new DOMParser().parseFromString(html, "text/html");
      document.title = asked.title;
      document.querySelector("main").replaceWith(document.adoptNode(asked.querySelector("main")));
      document.querySelector("main").focus();
      window.scrollTo(0, 0);
    }

    function finish(request) {
      const place = request.getResponseHeader("Location");
      if (request.status === 201 && place) {
        const here = location.href.split("#")[0];
        const target = new URL(place, location.href);
        location.assign(target.href);
        if (target.href.split("#")[0] === here) location.reload();
      } else if (request.status === 409 && request.responseText.includes('name="kept"')) {
        ask(request.responseText);
      } else if (request.responseURL.split("?")[0] !== form.action.split("?")[0]) {
        location.assign(request.responseURL); // the log-in page, say
      } else {
        refuse(sentenceIn(request.responseText));
      }
    }

    input.addEventListener("change", function () {
      refusal.hidden = true;
      if (isTooLarge()) refuse(words.tooLarge);
    });

    form.addEventListener("submit", function (event) {
      if (!input.files.length || form.dataset.sent) return;
      event.preventDefault();
      if (isTooLarge()) {
        refuse(words.tooLarge);
        return;
      }
      form.dataset.sent = "1";
      form.querySelectorAll("button[type=submit]").forEach(function (button) {
        button.classList.add("is-busy");
        button.setAttribute("aria-disabled", "true");
      });
      refusal.hidden = true;
      box.hidden = false;
      bar.value = 0;
      state.textContent = words.sending + " 0 %";

      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("X-Upload-Script", "1");
      request.setRequestHeader("Accept", "text/html");
      request.upload.addEventListener("progress", function (moved) {
        const percent = moved.lengthComputable ? Math.floor((100 * moved.loaded) / moved.total) : 0;
        bar.value = percent;
        state.textContent = percent < 100 ? words.sending + " " + percent + " %" : words.checking;
      });
      request.addEventListener("load", () => finish(request));
      request.addEventListener("error", () => refuse(words.cut));
      request.addEventListener("abort", () => refuse(words.cut));
      request.send(new FormData(form));
    });
  });
})();
