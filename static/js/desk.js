// The appraiser's desk: pages turn in place, a key for each act, remarks at a place, who else is looking.
// Without this file every part works by links and forms.
(function () {
  "use strict";

  const desk = document.getElementById("desk");
  if (!desk) return;
  document.documentElement.classList.add("has-script");

  const words = desk.dataset;
  const told = document.getElementById("desk-told");
  const byId = function (id) { return document.getElementById(id); };
  const tell = function (text) { if (told) told.textContent = text; };
  const token = function () { return document.querySelector("#words [name=csrf_token]").value; };

  // --- the page

  const choice = byId("viewer-paper");
  const picture = byId("viewer-picture");
  const marks = byId("viewer-marks");
  const form = byId("remark-form");
  const zooms = [50, 75, 100, 125, 150, 200, 300];
  const seen = { page: 1, zoom: 2, drawing: null };

  function paper() { return choice ? choice.selectedOptions[0] : null; }
  function pages() { return paper() ? Number(paper().dataset.pages) : 0; }

  function show(page) {
    const option = paper();
    if (!option) return;
    const all = pages();
    seen.page = Math.min(Math.max(page, 1), Math.max(all, 1));
    byId("viewer-title").textContent = option.textContent;
    byId("viewer-version").textContent = option.dataset.number;
    byId("viewer-whole").href = option.dataset.whole;
    byId("viewer-room").hidden = !all;
    byId("viewer-none").hidden = Boolean(all);
    if (all) picture.src = option.dataset.address + seen.page + ".png";
    const count = byId("viewer-count");
    if (count) {
      const text = count.dataset.words.replace("##", all).replace("#", seen.page);
      count.textContent = text;
      picture.alt = text;
      document.querySelectorAll("[data-turn]").forEach(function (turn) {
        const at = seen.page + Number(turn.dataset.turn);
        turn.classList.toggle("disabled", at < 1 || at > all);
        turn.setAttribute("aria-disabled", String(at < 1 || at > all));
      });
    }
    place("");
    draw();
  }

  function open(documentId, page) {
    if (!choice) return false;
    const found = Array.from(choice.options).find(function (each) { return each.value === documentId; });
    if (!found) return false;
    choice.value = documentId;
    show(page);
    return true;
  }

  function zoom(step) {
    seen.zoom = Math.min(Math.max(seen.zoom + step, 0), zooms.length - 1);
    byId("viewer-sheet").style.setProperty("width", zooms[seen.zoom] + "%");
    const shown = byId("viewer-zoom");
    if (shown) shown.textContent = zooms[seen.zoom] + "%";
  }

  // --- rectangles on the page

  function rect(edges, name) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    made.setAttribute("class", "mark " + name);
    made.setAttribute("x", edges[0]);
    made.setAttribute("y", edges[1]);
    made.setAttribute("width", Math.max(edges[2] - edges[0], 0));
    made.setAttribute("height", Math.max(edges[3] - edges[1], 0));
    marks.appendChild(made);
  }

  function draw() {
    marks.replaceChildren();
    document.querySelectorAll("#remark-list > li").forEach(function (item) {
      const here = item.dataset.version === paper().dataset.version && Number(item.dataset.page) === seen.page;
      if (here && item.dataset.rectangle) {
        rect(item.dataset.rectangle.split(",").map(Number), item.classList.contains("is-settled") ? "is-settled" : "");
      }
    });
    if (form && form.elements.rectangle.value) rect(form.elements.rectangle.value.split(",").map(Number), "is-new");
  }

  function place(rectangle) {
    if (!form || !paper()) return;
    const has = pages() > 0;
    form.elements.paper.value = paper().value;
    form.elements.version.value = has ? paper().dataset.version : "";
    form.elements.page.value = has ? seen.page : "";
    form.elements.requirement.value = paper().dataset.requirement;
    form.elements.nominee.value = paper().dataset.nominee;
    form.elements.rectangle.value = rectangle;
    const word = byId("remark-place");
    word.textContent = has ? (rectangle ? word.dataset.rectangle : word.dataset.page) : "";
  }

  function at(event) {
    const box = marks.getBoundingClientRect();
    const within = function (value, size) { return Math.min(Math.max((1000 * value) / size, 0), 1000); };
    return [within(event.clientX - box.left, box.width), within(event.clientY - box.top, box.height)];
  }

  function spanned(from, to) {
    const edges = [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])];
    return edges.map(function (edge) { return Math.round(edge * 10) / 10; }).join(",");
  }

  function setDrawing(on) {
    byId("viewer-draw").setAttribute("aria-pressed", String(on));
    byId("viewer-sheet").classList.toggle("is-drawing", on);
  }

  if (byId("viewer-draw")) {
    byId("viewer-draw").addEventListener("click", function () {
      setDrawing(this.getAttribute("aria-pressed") !== "true");
    });
    marks.addEventListener("pointerdown", function (event) {
      seen.drawing = at(event);
      marks.setPointerCapture(event.pointerId);
    });
    marks.addEventListener("pointermove", function (event) {
      if (!seen.drawing) return;
      place(spanned(seen.drawing, at(event)));
      draw();
    });
    marks.addEventListener("pointerup", function () {
      seen.drawing = null;
      setDrawing(false);
      byId("remark-text").focus();
    });
  }

  // --- remarks are kept without leaving what is typed in the list

  function listed(made) {
    const item = document.createElement("li");
    item.dataset.version = made.version || "";
    item.dataset.page = made.page || "";
    item.dataset.rectangle = made.rectangle ? made.rectangle.join(",") : "";
    const text = document.createElement("p");
    text.className = "lines";
    text.textContent = made.text;
    const meta = document.createElement("div");
    meta.className = "point-meta";
    const page = made.page ? " · " + byId("remark-list").dataset.pageWord.replace("#", made.page) : "";
    meta.textContent = made.by + " · " + made.at + page;
    item.append(text, meta);
    byId("remark-list").append(item);
    byId("remarks-count").textContent = byId("remark-list").children.length;
  }

  function keep() {
    const refused = byId("remark-refused");
    refused.hidden = true;
    const asked = { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } };
    fetch(form.action, asked)
      .then(function (answer) { return answer.json().then(function (body) { return { ok: answer.ok, body: body }; }); })
      .then(function (got) {
        if (!got.ok) throw new Error(got.body.title);
        listed(got.body);
        form.elements.text.value = "";
        form.elements.subject.value = "";
        place("");
        draw();
        tell(got.body.text);
        if (current()) current().focus();
      })
      .catch(function (error) {
        refused.textContent = error.message;
        refused.hidden = false;
      });
  }

  if (form) {
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      keep();
    });
  }

  // --- findings, one after the other

  function points() {
    return Array.from(document.querySelectorAll("[data-point]")).filter(function (each) {
      const folded = each.closest("details:not([open])");
      return !folded && each.offsetParent !== null;
    });
  }

  function current() { return document.querySelector("[data-point].is-current"); }

  function go(to) {
    if (!to) return;
    const all = points();
    if (current()) {
      current().classList.remove("is-current");
      document.querySelectorAll("[data-point][aria-current]").forEach(function (each) { each.removeAttribute("aria-current"); });
    }
    to.classList.add("is-current");
    to.setAttribute("aria-current", "true");
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest" });
    tell(words.wordPoint.replace("##", all.length).replace("#", all.indexOf(to) + 1));
    if (to.dataset.paper) open(to.dataset.paper, Number(to.dataset.page) || 1);
  }

  function step(by, openOnly) {
    const all = points();
    const from = all.indexOf(current());
    const isOpen = function (each) { return ["undecided", "rejected", "blocking"].includes(each.dataset.state); };
    let to = from + by;
    while (openOnly && to < all.length && !isOpen(all[to])) to += by;
    go(all[from < 0 && !openOnly ? 0 : to]);
  }

  function decide(value) {
    const radio = current() && current().querySelector('input[type=radio][value="' + value + '"]');
    if (!radio) return tell(words.wordNone);
    radio.checked = true;
    tell(value === "accepted" ? words.wordAccepted : words.wordRejected);
    if (value === "rejected") current().querySelector(".choice-comment").focus();
  }

  function comment() {
    if (!form) return;
    const point = current();
    toggle("viewer");
    if (point && point.dataset.paper) open(point.dataset.paper, Number(point.dataset.page) || 1);
    if (point) {
      form.elements.subject.value = point.dataset.subject;
      if (!point.dataset.paper) {
        ["version", "page", "rectangle"].forEach(function (name) { form.elements[name].value = ""; });
        form.elements.requirement.value = point.dataset.requirement;
        form.elements.nominee.value = point.dataset.nominee;
        byId("remark-place").textContent = "";
      }
    }
    byId("remark-text").focus();
  }

  function lookAt() {
    toggle("viewer");
    if (current() && current().dataset.paper) open(current().dataset.paper, Number(current().dataset.page) || 1);
    byId("viewer").focus();
  }

  // --- keys: never while somebody types, never together with Ctrl, Alt or Command, and not at all where switched off

  const ACTS = {
    j: function () { step(1); },
    k: function () { step(-1); },
    n: function () { step(1, true); },
    a: function () { decide("accepted"); },
    o: function () { decide("rejected"); },
    v: lookAt,
    c: comment,
    "[": function () { show(seen.page - 1); },
    "]": function () { show(seen.page + 1); },
    "-": function () { zoom(-1); },
    "+": function () { zoom(1); },
    "=": function () { zoom(1); },
    "?": function () { byId("keys").open = !byId("keys").open; },
  };

  function isTyping(target) {
    return target.isContentEditable || Boolean(target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])"));
  }

  const keysOn = byId("keys-on");
  try { keysOn.checked = localStorage.getItem("desk-keys") !== "off"; } catch (error) { keysOn.checked = true; }
  keysOn.addEventListener("change", function () {
    try { localStorage.setItem("desk-keys", keysOn.checked ? "on" : "off"); } catch (error) { /* private window: for this page only */ }
  });

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !keysOn.checked) return;
    if (event.key === "Escape" && isTyping(event.target) && desk.contains(event.target)) {
      (current() || byId("viewer")).focus();
      return;
    }
    const act = ACTS[event.key.toLowerCase()];
    if (!act || isTyping(event.target)) return;
    event.preventDefault();
    act();
  });

  // --- buttons

  function toggle(what) {
    desk.dataset.show = what;
    document.querySelectorAll(".desk-toggle [data-show]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.show === what));
    });
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-turn], [data-zoom], .desk-toggle [data-show], [data-open], [data-remark-open]");
    if (!button) {
      const point = event.target.closest("[data-point]");
      if (point && !event.target.closest("a, button, input, label, summary")) go(point);
      return;
    }
    if (button.dataset.zoom) return zoom(Number(button.dataset.zoom));
    if (button.closest(".desk-toggle")) return toggle(button.dataset.show);
    const point = button.closest("[data-point]");
    event.preventDefault();
    if (button.dataset.turn) return show(seen.page + Number(button.dataset.turn));
    if (point) {
      go(point);
      return lookAt();
    }
    toggle("viewer");
    if (open(button.dataset.paper, Number(button.dataset.page) || 1)) byId("viewer").focus();
  });
  if (choice) choice.addEventListener("change", function () { show(1); });
  if (location.hash === "#viewer") toggle("viewer");
  if (choice) {
    const named = new URLSearchParams(location.search).get("page");
    seen.page = Math.max(Number(named) || 1, 1);
    place("");
  }

  // --- who else is looking: a sign of life now and then, while the page is seen

  function follow(got) {
    const line = byId("looking");
    line.textContent = got.others.length ? words.wordLooking.replace("…", got.others.join(", ")) : "";
    if (got.said && words.latest && got.said.at > words.latest) news(got.said.by);
    if (got.said && !words.latest) news(got.said.by);
  }

  function news(by) {
    if (byId("desk-news")) return;
    const note = document.createElement("p");
    note.id = "desk-news";
    note.className = "clash desk-news";
    note.setAttribute("role", "status");
    note.textContent = words.wordNews.replace("…", by);
    byId("looking").after(note);
  }

  function sign() {
    if (document.hidden || !words.looking) return;
    fetch(words.looking, { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": token() } })
      .then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (got) { if (got) follow(got); })
      .catch(function () { /* a bad line: the next sign tells */ });
  }

  if (words.looking) {
    sign();
    setInterval(sign, 20000);
    window.addEventListener("pagehide", function () {
      const gone = new FormData();
      gone.append("csrf_token", token());
      navigator.sendBeacon(words.left, gone);
    });
  }
})();
