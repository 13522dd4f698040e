// Signing with the token on the reader's own computer: prepare each document, hand one signed request to the program that
// listens on this computer (or wait for it to come by the code), and bring each signature back to the server.
(function () {
  "use strict";

  const PERMISSIONS = ["loopback-network", "local-network-access"]; // the newer name first

  function pause(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  // --- the program on this computer

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

  function program(port) {
    const base = "http://127.0.0.1:" + port + "/v1/";

    async function call(method, path, body, patience) {
      const options = { method: method, credentials: "omit", cache: "no-store", targetAddressSpace: "loopback" };
      if (patience) options.signal = AbortSignal.timeout(patience);
      if (body) {
        options.headers = { "Content-Type": "application/json" };
        options.body = JSON.stringify(body);
      }
      return (await fetch(base + path, options)).json();
    }

    return {
      // "there", "absent" or "denied". While the browser asks for permission it may take the reader a while.
      find: async function () {
        const state = await permission();
        if (state === "denied") return "denied";
        try {
          const told = await call("GET", "status", null, state === "prompt" ? 60000 : 4000);
          return told.program === "dms-agent" ? "there" : "absent";
        } catch (error) {
          return (await permission()) === "denied" ? "denied" : "absent";
        }
      },
      begin: (message) => call("POST", "requests", { request: message }),
      follow: (id) => call("GET", "requests/" + id),
      stop: (id) => call("DELETE", "requests/" + id),
    };
  }

  // --- the server

  class Refusal extends Error {}

  function server(token, words) {
    return async function (method, address, body) {
      let answer, told;
      try {
        answer = await fetch(address, {
          method: method,
          headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
          body: body ? JSON.stringify(body) : undefined,
        });
        told = await answer.json();
      } catch (error) {
        throw new Refusal(words.cut);
      }
      if (!answer.ok) throw new Refusal(told.title || words.cut);
      return told;
    };
  }

  // --- the panel

  function Panel(box) {
    const words = box.dataset;
    const items = JSON.parse(words.agent);
    const api = server(words.token, words);
    const local = program(words.port);
    const part = (name) => box.querySelector("[data-agent-" + name + "]");
    const button = part("sign"), progress = part("progress"), bar = progress.querySelector("progress");
    const state = part("state"), refusal = part("refusal"), code = part("code"), results = part("results");
    let prepared = null; // what a second try may use again: after a wrong PIN, say
    let run = 0; // a number for each try: what an older one still hears is not for us

    function say(text, done, total) {
      progress.hidden = false;
      state.textContent = total > 1 ? text + " " + done + "/" + total : text;
      if (total) bar.value = Math.round((100 * done) / total);
      else bar.removeAttribute("value");
    }

    function rest() {
      run += 1;
      button.disabled = false;
      progress.hidden = true;
    }

    function refuse(sentence) {
      rest();
      refusal.lastElementChild.textContent = sentence;
      refusal.hidden = false;
      refusal.focus();
    }

    function list(title, sentence, address) {
      const row = document.createElement("li");
      row.className = "result " + (sentence ? "is-failed" : "is-done");
      const link = document.createElement(address ? "a" : "span");
      link.textContent = title;
      if (address) link.href = address;
      row.append(link, " – " + (sentence || words.done));
      results.append(row);
      results.hidden = false;
    }

    async function prepare() {
      if (prepared && new Date(prepared.expires_at) > Date.now() + 60000) return prepared;
      if (words.batch) {
        say(words.preparing);
        prepared = await api("POST", words.ask, { batch: words.batch });
        return prepared;
      }
      const pending = [];
      for (const item of items) {
        say(words.preparing, pending.length, items.length);
        try {
          pending.push((await api("POST", words.prepare, item)).pending);
        } catch (error) {
          if (items.length === 1) throw error;
          list(item.title || "", error.message, null);
        }
      }
      prepared = await api("POST", words.ask, { pending: pending });
      prepared.pending = pending;
      return prepared;
    }

    // The program on this computer answers: wait for the PIN and the token.
    async function byLoopback(asked, mine) {
      let told = await local.begin(asked.request);
      while (told.state === "asking" || told.state === "signing") {
        if (mine !== run) {
          await local.stop(asked.id);
          return null;
        }
        if (told.state === "asking") say(words.pin);
        else say(words.signing, told.done, told.total);
        await pause(500);
        told = await local.follow(asked.id);
      }
      if (told.state !== "done") {
        if (!["pin_wrong", "declined"].includes(told.code)) prepared = null; // spent, or good for nothing more
        throw new Refusal(told.sentence || words.refused);
      }
      return told;
    }

    // The program comes by the code: the server hears it first.
    async function byCode(asked, mine) {
      code.querySelector("output").textContent = asked.code;
      code.hidden = false;
      for (;;) {
        const told = await api("GET", words.ask + "/" + asked.id);
        if (mine !== run) return null;
        if (told.state === "answered") return { signatures: {} };
        if (told.state === "refused" || told.state === "expired") {
          prepared = null; // a second try asks anew
          throw new Refusal(words[told.state]);
        }
        say(told.state === "claimed" ? words.claimed : words.byCode);
        await pause(1500);
      }
    }

    // A batch takes all signatures at once; its runner on the server completes them.
    async function completeBatch(asked, told) {
      say(words.finishing);
      const body = { batch: words.batch };
      if (told.nonce) Object.assign(body, { nonce: told.nonce, signatures: told.signatures });
      await api("POST", words.ask + "/" + asked.id + "/batch", body);
      location.reload();
    }

    async function complete(asked, told) {
      if (words.batch) return completeBatch(asked, told);
      let done = 0, last = null, failed = null;
      for (const id of asked.pending) {
        say(words.finishing, done, asked.pending.length);
        const body = { pending: id };
        if (told.nonce) Object.assign(body, { nonce: told.nonce, signature: told.signatures[id] });
        try {
          last = await api("POST", words.ask + "/" + asked.id + "/signatures", body);
          if (asked.pending.length > 1) list(last.title, null, last.report);
        } catch (error) {
          failed = error;
          if (asked.pending.length > 1) list("", error.message, null);
        }
        done += 1;
      }
      prepared = null; // spent
      if (asked.pending.length === 1 && failed) throw failed;
      if (asked.pending.length === 1) location.assign(last.onwards);
      else rest();
    }

    async function reach(asked, mine) {
      say(words.looking);
      if ((await permission()) === "prompt") state.textContent = words.permission;
      const found = await local.find();
      if (found === "there") {
        code.hidden = true;
        try {
          return await byLoopback(asked, mine);
        } catch (error) {
          throw error instanceof Refusal ? error : new Refusal(words.lost);
        }
      }
      refusal.lastElementChild.textContent = words[found];
      refusal.hidden = false;
      return byCode(asked, mine);
    }

    async function sign() {
      run += 1;
      const mine = run;
      button.disabled = true;
      refusal.hidden = true;
      try {
        const asked = await prepare();
        const told = await reach(asked, mine);
        if (told) {
          refusal.hidden = true;
          code.hidden = true;
          await complete(asked, told);
        }
      } catch (error) {
        if (mine === run) refuse(error.message);
      }
    }

    button.addEventListener("click", sign);
    part("again").addEventListener("click", sign);
    part("stop").addEventListener("click", function () {
      code.hidden = true;
      refusal.hidden = true;
      rest();
    });
  }

  function Check(box) {
    const state = box.querySelector("[role=status]");
    box.querySelector("button").addEventListener("click", async function () {
      state.textContent = box.dataset.looking;
      state.textContent = box.dataset[await program(box.dataset.port).find()];
    });
  }

  document.querySelectorAll("[data-agent]").forEach(Panel);
  document.querySelectorAll("[data-agent-check]").forEach(Check);
})();
