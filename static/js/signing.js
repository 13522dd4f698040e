// Signing: "choose all", and how many are chosen. Without this file each box is ticked by hand.
(function () {
  "use strict";

  const all = document.querySelector("[data-choose-all]");
  const counter = document.querySelector("[data-chosen]");

  function boxes() {
    return Array.from(document.querySelectorAll("input[name=step]"));
  }

  function tell() {
    const chosen = boxes().filter((box) => box.checked).length;
    if (counter) counter.textContent = chosen ? "(" + chosen + ")" : "";
    if (all) {
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && chosen < boxes().length;
    }
  }

  if (all) {
    all.addEventListener("change", function () {
      boxes().forEach((box) => (box.checked = all.checked));
      tell();
    });
  }
  document.addEventListener("change", function (event) {
    if (event.target.name === "step") tell();
  });
  tell();
})();
