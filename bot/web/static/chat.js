/* The chat page: shows what the stream brings, sends what the person writes, and loses nothing in between.
   It knows no content: every answer and every choice comes from the server. Plain ES2017, for old phones. */
"use strict";

(function () {
  const $ = (id) => document.getElementById(id);
  const scroll = $("scroll"), log = $("log"), box = $("box"), typing = $("typing"), notice = $("notice");
  const newest = $("newest"), welcome = $("welcome"), counter = $("counter");

  const LIMIT = 2000, COUNT_FROM = 1800, LONGEST_WAIT = 30000, SEND_TIMEOUT = 20000;
  const HAS_KEYBOARD = window.matchMedia("(hover: hover)").matches; // on a phone focus would open one over the answer
  const STORE = "gocua.unsent", RESEND = "Chưa gửi được – bấm để gửi lại";

  const leftOver = stored(); // what the page before a reload had not got rid of
  const shown = new Map(); // "person:<client id>" or "bot:<delivery id>" → element
  let queue = []; // messages not accepted yet, oldest first: {id, text} | {id, choice, label} | {id, start}
  let answering = new Set(); // client ids whose answer has not come
  let cursor = "", source = null, ready = false, connectWait = 1000, connectTimer = 0, noticeTimer = 0;
  let sending = false, sendWait = 2000, sendTimer = 0, lastDay = "", lastTap = {}, pinned = -1;

  // ---- what is on the screen

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function nearEnd() {
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
  }

  function toEnd() {
    scroll.scrollTop = scroll.scrollHeight;
    newest.hidden = true;
  }

  function dayOf(date) {
    return date.toLocaleDateString("vi-VN", {timeZone: "Asia/Ho_Chi_Minh", day: "numeric", month: "numeric", year: "numeric"});
  }

  // A line with the day, before the first thing said on it. `at` is the server's clock: a phone's may be wrong.
  function addDay(at, said) {
    const day = dayOf(new Date(at));
    if (day === lastDay) return;
    lastDay = day;
    const today = dayOf(new Date());
    log.insertBefore(element("p", "day", day === today ? "Hôm nay" : "Ngày " + day), said);
  }

  function addPerson(id, text) {
    welcome.hidden = true;
    const said = element("div", "said person");
    const bubble = element("div", "bubble");
    bubble.appendChild(element("span", "unseen", "Anh/chị hỏi: "));
    bubble.appendChild(document.createTextNode(text));
    said.appendChild(bubble);
    log.appendChild(said);
    shown.set("person:" + id, said);
    return said;
  }

  function addBot(letter) {
    welcome.hidden = true;
    ageChoices();
    const said = element("div", "said bot");
    const bubble = element("div", "bubble");
    bubble.innerHTML = letter.html; // rendered and escaped by the server; the page's policy runs no inline script
    bubble.insertBefore(element("span", "unseen", "Gõ Cửa trả lời: "), bubble.firstChild);
    said.appendChild(bubble);
    if (letter.choices.length) {
      const list = element("ul", "choices");
      list.setAttribute("aria-label", "Chọn tiếp");
      letter.choices.forEach((choice) => {
        const button = element("button", "choice", choice.label);
        button.type = "button";
        button.addEventListener("click", (event) => tap(choice, event));
        list.appendChild(element("li")).appendChild(button);
      });
      said.appendChild(list);
    }
    log.appendChild(said);
    addDay(letter.at, said);
    shown.set("bot:" + letter.id, said);
    return said;
  }

  // Older choices stay readable and can still be tapped, but no longer call for it.
  function ageChoices() {
    log.querySelectorAll(".choices:not(.old)").forEach((list) => list.classList.add("old"));
  }

  // A message's state under its bubble: "" (accepted), "sending", "failed" (will be sent again), or {error} (never will).
  function mark(id, state) {
    const said = shown.get("person:" + id);
    if (!said) return;
    const stick = nearEnd(), resend = said.querySelector(".resend");
    if (resend && state === "failed") {
      resend.textContent = RESEND; // the same button stays, so that a keyboard does not lose its place
      return;
    }
    said.querySelectorAll(".state, .resend, .error").forEach((old) => old.remove());
    said.classList.toggle("failed", state === "failed" || Boolean(state.error));
    if (state === "sending") said.appendChild(element("span", "state", "Đang gửi…"));
    if (state.error) said.appendChild(element("span", "error", state.error));
    if (state === "failed") {
      const button = said.appendChild(element("button", "resend", RESEND));
      button.type = "button";
      button.addEventListener("click", () => { button.textContent = "Đang gửi lại…"; pump(true); connectSoon(0); });
    }
    if (stick && state) toEnd();
  }

  function showTyping() {
    const text = answering.size ? "Gõ Cửa đang trả lời" : "";
    if (typing.textContent === text) return;
    const stick = nearEnd();
    typing.textContent = text;
    if (stick) toEnd();
  }

  function expectAnswer(id) {
    answering.add(id);
    setTimeout(showTyping, 300); // most answers are faster than that: no flicker
    setTimeout(() => { answering.delete(id); showTyping(); }, 30000);
  }

  function say(text) {
    clearTimeout(noticeTimer);
    noticeTimer = 0;
    if (notice.textContent !== text) notice.textContent = text;
  }

  // ---- what comes in

  function connect() {
    clearTimeout(connectTimer);
    connectTimer = 0;
    if (source) source.close();
    const mine = source = new EventSource("/chat/events" + (cursor ? "?after=" + encodeURIComponent(cursor) : ""));
    const on = (name, act) => mine.addEventListener(name, (event) => {
      if (mine !== source) return;
      if (event.lastEventId) cursor = event.lastEventId;
      act(JSON.parse(event.data));
    });
    on("person", takePerson);
    on("bot", takeBot);
    on("ready", () => {
      connectWait = 1000;
      say("");
      if (!ready) begin();
      pump(true);
    });
    on("replaced", () => {
      disconnect();
      say("Cuộc trò chuyện đang mở ở một thẻ khác. Bấm vào trang này để tiếp tục ở đây.");
    });
    mine.onerror = () => {
      if (mine !== source) return;
      disconnect();
      if (!noticeTimer && !notice.textContent) noticeTimer = setTimeout(() => { say("Mất kết nối – đang tự nối lại…"); }, 2500);
      const wait = connectWait;
      connectWait = Math.min(connectWait * 2, LONGEST_WAIT);
      // The page itself renews a session that the browser has forgotten.
      connectTimer = setTimeout(() => fetch("/", {cache: "no-store"}).then(connect, () => connectSoon(connectWait)), wait * (0.75 + Math.random() / 2));
    };
  }

  function disconnect() {
    if (source) source.close();
    source = null;
  }

  function connectSoon(wait) {
    if (source) return;
    clearTimeout(connectTimer);
    connectTimer = setTimeout(connect, wait);
  }

  function takePerson(letter) {
    queue = queue.filter((message) => message.id !== letter.id);
    store();
    answering.delete(letter.id);
    showTyping();
    const known = shown.get("person:" + letter.id);
    if (!known && !letter.text) return;
    const stick = nearEnd(), said = known || addPerson(letter.id, letter.text);
    if (!ready) log.appendChild(said); // written while the history was on its way: this is its place
    mark(letter.id, "");
    addDay(letter.at, said);
    if (ready && stick) toEnd();
  }

  function takeBot(letter) {
    if (shown.has("bot:" + letter.id)) return;
    const stick = nearEnd() || Math.abs(scroll.scrollTop - pinned) < 2;
    const said = addBot(letter);
    if (!ready) return;
    if (!stick) { newest.hidden = false; return; }
    toEnd();
    // A long answer is read from its start, below the question it answers.
    let first = said;
    while (first.previousElementSibling && first.previousElementSibling.classList.contains("bot")) first = first.previousElementSibling;
    const top = (first.previousElementSibling || first).offsetTop - 8;
    if (scroll.scrollTop > top) {
      scroll.scrollTop = top;
      pinned = scroll.scrollTop;
    }
    newest.hidden = said.offsetTop < scroll.scrollTop + scroll.clientHeight;
  }

  // The history is out: from here on new messages are read aloud, and what a reload interrupted is sent.
  function begin() {
    ready = true;
    const written = queue;
    queue = [];
    leftOver.filter((message) => !shown.has("person:" + message.id)).forEach(enqueue);
    written.forEach((message) => { queue.push(message); log.appendChild(shown.get("person:" + message.id)); });
    store();
    if (shown.size) toEnd();
    setTimeout(() => log.setAttribute("aria-live", "polite"), 100);
  }

  // ---- what goes out

  function newId() {
    if (window.crypto && crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16)); // plain http has no randomUUID
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    const hex = Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  // sessionStorage may be forbidden: then a reload loses what was not sent, nothing else.
  function store() {
    try { sessionStorage.setItem(STORE, JSON.stringify(ready ? queue : leftOver.concat(queue))); } catch (forbidden) { return; }
  }

  function stored() {
    try { return JSON.parse(sessionStorage.getItem(STORE)) || []; } catch (forbidden) { return []; }
  }

  function enqueue(message) {
    queue.push(message);
    addPerson(message.id, message.text || message.label);
    setTimeout(() => {
      const waiting = queue.includes(message) && !shown.get("person:" + message.id).classList.contains("failed");
      if (waiting) mark(message.id, "sending");
    }, 600); // most are accepted long before: no flicker
  }

  function send(message) {
    message.id = newId();
    enqueue(message);
    store();
    ageChoices();
    toEnd();
    pump(false);
    connectSoon(0);
  }

  // Sends the oldest message; the next one follows when it is accepted, so that they arrive in order.
  function pump(now) {
    if (sending || !queue.length || (sendTimer && !now)) return;
    clearTimeout(sendTimer);
    sendTimer = 0;
    sending = true;
    const message = queue[0], stop = new AbortController();
    const timeout = setTimeout(() => stop.abort(), SEND_TIMEOUT);
    expectAnswer(message.id);
    const body = message.start ? {id: message.id, start: true} : message;
    fetch("/chat/messages", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body), signal: stop.signal})
      .then((response) => response.json().then((answer) => ({response, answer}), () => ({response, answer: {}})))
      .then(settle, () => fail(0))
      .then(() => { clearTimeout(timeout); sending = false; if (!sendTimer) pump(false); });

    function settle({response, answer}) {
      const status = response.status;
      if (status === 202) {
        sendWait = 2000;
        finish("");
      } else if (status === 401) {
        // The browser forgot its session: the page gives a new one, and the stream has to follow.
        return fetch("/", {cache: "no-store"}).then(() => { fail(500); disconnect(); connectSoon(0); }, () => fail(0));
      } else if (status === 429 || status >= 500) {
        fail(1000 * Number(response.headers.get("Retry-After") || 0));
      } else {
        answering.delete(message.id);
        finish({error: answer.error || "Tin nhắn này không gửi được."});
      }
    }

    function finish(state) {
      queue = queue.filter((other) => other.id !== message.id);
      store();
      mark(message.id, state);
      showTyping();
    }

    function fail(wait) {
      answering.delete(message.id);
      showTyping();
      queue.forEach((waiting) => mark(waiting.id, "failed"));
      sendTimer = setTimeout(() => pump(true), Math.max(wait, sendWait));
      sendWait = Math.min(sendWait * 2, LONGEST_WAIT);
    }
  }

  // The second half of a double tap is not a second wish.
  function tap(choice, event) {
    const now = Date.now();
    if (lastTap.action === choice.action && now - lastTap.at < 1000) return;
    lastTap = {action: choice.action, at: now};
    send(choice.action ? {choice: choice.action, label: choice.label} : {start: true, label: choice.label});
    if (HAS_KEYBOARD || !event.detail) box.focus({preventScroll: true}); // no detail: pressed with a key
  }

  function submit() {
    const text = box.value.normalize("NFC").trim();
    if (!text) return;
    box.value = "";
    resize();
    send({text: text.slice(0, LIMIT)});
  }

  function resize() {
    box.style.height = "auto";
    box.style.height = box.scrollHeight + 3 + "px";
    const left = LIMIT - box.value.length;
    counter.textContent = box.value.length < COUNT_FROM ? "" : left ? "Còn " + left + " ký tự" : "Đã đủ 2.000 ký tự";
    counter.classList.toggle("full", !left);
  }

  // ---- wiring

  $("form").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  box.addEventListener("input", resize);
  box.addEventListener("keydown", (event) => {
    // While a Vietnamese keyboard composes a letter, Enter belongs to the keyboard.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  welcome.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.hasAttribute("data-start")) tap({label: button.textContent, action: ""}, event);
    else send({text: button.textContent});
  });
  newest.addEventListener("click", toEnd);
  scroll.addEventListener("scroll", () => { if (nearEnd()) newest.hidden = true; });
  window.addEventListener("online", () => { pump(true); connectSoon(0); });
  window.addEventListener("focus", () => connectSoon(0));
  document.addEventListener("pointerdown", () => connectSoon(0));
  window.addEventListener("pageshow", (event) => { if (event.persisted) connectSoon(0); });
  window.addEventListener("pagehide", disconnect);
  if (HAS_KEYBOARD) box.focus();
  connect();
})();
