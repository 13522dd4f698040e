// Boxes on the pages of a paper, to be moved with mouse, finger or keyboard. The numbers beside them are the form: a box
// only shows them and writes them, so the page works by numbers alone where this file does not run.
(function () {
  "use strict";

  const STEP = 1, FINE = 0.1; // millimetres
  const NUMBERS = ["page", "left", "top", "width", "height"];
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function Sheet(element) {
    return {
      element: element,
      number: Number(element.dataset.sheet),
      width: Number(element.dataset.width),
      height: Number(element.dataset.height),
      scale: () => element.querySelector("img").getBoundingClientRect().width / Number(element.dataset.width),
    };
  }

  function Places(form) {
    const sheets = Array.from(form.querySelectorAll("[data-sheet]")).map(Sheet);
    const state = form.querySelector("[data-place-state]");
    const paper = form.querySelector(".place-sheets");
    const boxes = Array.from(form.querySelectorAll("[data-field]")).map(Box);

    function clamp(value, low, high) {
      return Math.min(Math.max(value, low), Math.max(low, high));
    }

    function Box(row) {
      const inputs = {};
      NUMBERS.forEach((name) => { inputs[name] = row.querySelector('[name$=".' + name + '"]'); });
      const box = document.createElement("div"), corner = document.createElement("span");
      const self = { row: row, element: box, kind: row.dataset.kind, moved: "moved" in row.dataset };
      const least = [Number(row.dataset.minWidth), Number(row.dataset.minHeight)];

      self.read = function () {
        const at = {};
        NUMBERS.forEach((name) => { at[name] = Number(inputs[name].value.replace(",", ".")) || 0; });
        return at;
      };

      self.write = function (at) {
        const sheet = sheets[clamp(at.page, 1, sheets.length) - 1];
        at.page = sheet.number;
        at.width = clamp(at.width, least[0], sheet.width);
        at.height = clamp(at.height, least[1], sheet.height);
        at.left = clamp(at.left, 0, sheet.width - at.width);
        at.top = clamp(at.top, 0, sheet.height - at.height);
        inputs.page.value = at.page;
        NUMBERS.slice(1).forEach((name) => { inputs[name].value = at[name].toFixed(1); });
        self.show();
      };

      self.show = function () {
        const at = self.read(), sheet = sheets[clamp(at.page, 1, sheets.length) - 1], scale = sheet.scale();
        box.style.left = sheet.element.offsetLeft + at.left * scale + "px";
        box.style.top = sheet.element.offsetTop + at.top * scale + "px";
        box.style.width = at.width * scale + "px";
        box.style.height = at.height * scale + "px";
        judge();
      };

      // A seal that nobody has moved goes with the signature that it covers a third of.
      self.change = function (at) {
        const before = self.read();
        self.write(at);
        self.moved = true;
        const after = self.read();
        if (self.kind !== "approval") return;
        boxes.filter((other) => other.kind === "seal" && !other.moved).forEach(function (seal) {
          const its = seal.read();
          if (its.page !== before.page) return;
          its.page = after.page;
          its.left += after.left - before.left;
          its.top += after.top - before.top;
          seal.write(its);
        });
      };

      function follow(event, isCorner) {
        if (event.button) return;
        event.preventDefault();
        event.stopPropagation();
        box.focus();
        const start = self.read(), x = event.clientX, y = event.clientY, target = event.currentTarget;
        const scale = sheets[start.page - 1].scale();
        target.setPointerCapture(event.pointerId);
        function move(next) {
          const across = (next.clientX - x) / scale, down = (next.clientY - y) / scale;
          if (isCorner) self.change({ ...start, width: start.width + across, height: start.height + down });
          else self.change(onSheet(start, across, down, next));
        }
        function stop() {
          target.removeEventListener("pointermove", move);
          target.removeEventListener("pointerup", stop);
          target.removeEventListener("pointercancel", stop);
          tell();
        }
        target.addEventListener("pointermove", move);
        target.addEventListener("pointerup", stop);
        target.addEventListener("pointercancel", stop);
      }

      // Dragged over another page, the box goes there.
      function onSheet(start, across, down, event) {
        const under = sheets.find(function (sheet) {
          const edges = sheet.element.getBoundingClientRect();
          return event.clientY >= edges.top && event.clientY <= edges.bottom;
        });
        const at = { ...start, left: start.left + across, top: start.top + down };
        if (under && under.number !== start.page) {
          const from = sheets[start.page - 1].element.getBoundingClientRect();
          const to = under.element.getBoundingClientRect();
          at.page = under.number;
          at.top += (from.top - to.top) / under.scale();
        }
        return at;
      }

      function tell() {
        const at = self.read();
        state.textContent = box.getAttribute("aria-label") + ": " + NUMBERS.map((name) => row.querySelector('[name$=".' + name + '"]').closest("label").querySelector("span").textContent + " " + at[name]).join(", ");
      }

      box.addEventListener("pointerdown", (event) => follow(event, false));
      corner.addEventListener("pointerdown", (event) => follow(event, true));
      box.addEventListener("keydown", function (event) {
        const arrow = ARROWS[event.key], at = self.read(), step = event.altKey ? FINE : STEP;
        if (arrow && event.shiftKey) self.change({ ...at, width: at.width + arrow[0] * step, height: at.height + arrow[1] * step });
        else if (arrow) self.change({ ...at, left: at.left + arrow[0] * step, top: at.top + arrow[1] * step });
        else if (event.key === "PageDown" || event.key === "PageUp") {
          self.change({ ...at, page: at.page + (event.key === "PageDown" ? 1 : -1) });
          box.focus();
          box.scrollIntoView({ block: "nearest" });
        } else return;
        event.preventDefault();
        tell();
      });
      box.addEventListener("focus", () => hold(true));
      box.addEventListener("blur", () => hold(false));
      row.addEventListener("input", function () {
        self.moved = true;
        self.show();
      });

      function hold(is) {
        box.classList.toggle("is-held", is);
        row.classList.toggle("is-held", is);
      }

      box.className = "place-box is-" + self.kind + (row.querySelector(".place-guess") ? " is-guess" : "");
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-roledescription", form.dataset.step);
      box.setAttribute("aria-label", row.querySelector("legend").textContent.trim().replace(/\s+/g, " "));
      box.textContent = row.querySelector("[data-name]").textContent;
      corner.className = "place-corner";
      box.append(corner);
      paper.append(box); // one parent for all pages: a box that changes its page keeps finger and focus
      return self;
    }

    // Boxes that lie over each other are shown as wrong before the server says so; a seal may.
    function judge() {
      if (!boxes) return;
      boxes.forEach((each) => each.element.classList.remove("is-wrong"));
      boxes.forEach(function (one, index) {
        boxes.slice(index + 1).forEach(function (other) {
          const a = one.read(), b = other.read();
          if (one.kind === "seal" || other.kind === "seal" || a.page !== b.page) return;
          const isApart = a.left + a.width <= b.left + 0.3 || b.left + b.width <= a.left + 0.3 || a.top + a.height <= b.top + 0.3 || b.top + b.height <= a.top + 0.3;
          if (!isApart) [one, other].forEach((each) => each.element.classList.add("is-wrong"));
        });
      });
    }

    function show() {
      boxes.forEach((each) => each.show());
    }

    show();
    new ResizeObserver(show).observe(paper); // also when a page's picture has come
  }

  document.querySelectorAll("form[data-places]").forEach(Places);
})();
