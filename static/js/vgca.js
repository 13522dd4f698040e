// Signing with the state's desktop program (VGCA Sign Service): the server makes two addresses that are good for once, the
// page hands them to the program that listens on this computer, and then asks the server alone how it ended.
(function () {
  "use strict";

  const PERMISSIONS = ["loopback-network", "local-network-access"]; // the newer name first
  const CONNECTING = 6000; // milliseconds; the program answers at once or not at all
  const ALLOWING = 60000; // while the browser asks its reader for permission

  class Refusal extends Error {}

  function pause(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  async function permission() {
    for (const name of PERMISSIONS) {
      try {
        return (await navigator.permissions.query({ name: name })).state;
      } catch (unknown) {
        // this browser has no such permission: it does not ask
      }
    }
    return "granted";
  }

  // An open connection, or null: a program that is not there never says so by itself.
  function connect(address, patience) {
    return new Promise(function (resolve) {
      let socket;
      try {
        socket = new WebSocket(address);
      } catch (forbidden) {
        resolve(null);
        return;
      }
      const late = setTimeout(function () {
        resolve(null);
        socket.close();
      }, patience);
      socket.addEventListener("open", function () {
        clearTimeout(late);
        resolve(socket);
      });
      socket.addEventListener("error", function () {
        clearTimeout(late);
        resolve(null);
      });
    });
  }

  // What the program told the page, in words; it decides nothing.
  function wordsOf(text) {
    try {
      const told = JSON.parse(text);
      return told && told.Status !== 0 ? String(told.Message || told.Error || "").slice(0, 300) : "";
    } catch (garbled) {
      return "";
    }
  }

  function Panel(box) {
    const words = box.dataset;
    const part = (name) => box.querySelector("[data-vgca-" + name + "]");
    const button = part("sign"), progress = part("progress"), state = part("state"), refusal = part("refusal");
    let run = 0; // a number for each try: what an older one still hears is not for us
    let socket = null;

    async function ask(method, address, body) {
      let answer, told;
      try {
        answer = await fetch(address, {
          method: method,
          headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": words.token },
          body: body ? JSON.stringify(body) : undefined,
        });
        told = await answer.json();
      } catch (error) {
        throw new Refusal(words.cut);
      }
      if (!answer.ok) throw new Refusal(told.title || words.cut);
      return told;
    }

    function say(text) {
      progress.hidden = false;
      state.textContent = text;
    }

    function rest() {
      run += 1;
      if (socket) socket.close();
      socket = null;
      button.disabled = false;
      progress.hidden = true;
    }

    function refuse(sentence) {
      rest();
      refusal.lastElementChild.textContent = sentence;
      refusal.hidden = false;
      refusal.focus();
      const other = document.getElementById("elsewhere");
      if (other) other.open = true;
    }

    async function reach(address) {
      const asked = await permission();
      say(asked === "prompt" ? words.permission : words.looking);
      if (asked === "denied") throw new Refusal(words.denied);
      const found = await connect(address, asked === "prompt" ? ALLOWING : CONNECTING);
      if (!found) throw new Refusal((await permission()) === "denied" ? words.denied : words.absent);
      return found;
    }

    // Wait for the server's word; what the program says or that it is gone only makes us ask a last time.
    async function outcome(follow, mine) {
      let over = null, left = 2;
      socket.addEventListener("message", (event) => { over = { told: wordsOf(String(event.data)) }; });
      socket.addEventListener("close", () => { over = over || { told: "" }; });
      for (;;) {
        const told = await ask("GET", follow);
        if (mine !== run) return null;
        if (told.state === "done") return told.onwards;
        if (told.state === "refused") throw new Refusal(told.sentence);
        if (told.state === "expired") throw new Refusal(words.expired);
        if (over && told.state !== "checking") {
          left -= 1;
          if (left < 0) throw new Refusal(over.told ? words.told + " " + over.told : words.closed);
        }
        if (told.state === "checking") say(words.checking);
        else say(told.state === "fetched" ? words.fetched : words.window);
        await pause(over ? 700 : 1500);
      }
    }

    async function sign() {
      run += 1;
      const mine = run;
      button.disabled = true;
      refusal.hidden = true;
      try {
        say(words.preparing);
        const errand = await ask("POST", words.begin, { step: words.step, shown: words.shown });
        const found = await reach(errand.address);
        if (mine !== run) {
          found.close();
          return;
        }
        socket = found;
        socket.send(JSON.stringify(errand.message));
        const onwards = await outcome(errand.follow, mine);
        if (onwards) location.assign(onwards);
      } catch (error) {
        if (mine === run) refuse(error.message);
      }
    }

    button.addEventListener("click", sign);
    part("stop").addEventListener("click", rest);
  }

  document.querySelectorAll("[data-vgca]").forEach(Panel);
})();
