// The pages of dossiers; all of it works without this file, only less comfortably.
(function () {
  "use strict";

  // The form of a nominee shows the fields of the kind that is chosen.
  const form = document.querySelector("form[data-nominee]");
  if (form) {
    const show = function () {
      const chosen = form.querySelector("input[name=kind]:checked");
      form.querySelectorAll("[data-kind]").forEach(function (part) {
        part.hidden = Boolean(chosen) && !part.dataset.kind.split(" ").includes(chosen.value);
      });
    };
    form.addEventListener("change", show);
    show();
  }

  // A link to a place inside a closed part opens it first.
  const reveal = function () {
    const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place) return;
    for (let part = place; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") part.open = true;
    }
    place.scrollIntoView({ block: "start" });
  };
  window.addEventListener("hashchange", reveal);
  reveal();
})();
