// Comforts only; every page works without it. It must not decide anything.
"use strict";

// A second press while the first is on its way would send the form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
});

// Coming back with the browser's arrow shows the page as it was left: pressable again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  });
});

const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase();

// A list of 126 communes is searched by name, with or without diacritics.
document.querySelectorAll("[data-filter]").forEach((box) => {
  const items = box.parentElement.querySelectorAll("li");
  const input = box.querySelector("input");
  box.hidden = false;
  input.addEventListener("input", () => {
    const wanted = plain(input.value.trim());
    items.forEach((item) => { item.hidden = !plain(item.textContent).includes(wanted); });
  });
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
});

// While a broadcast is written: who gets it and how it looks, asked for a moment after the last change.
document.querySelectorAll("form[data-look]").forEach((form) => {
  const shown = document.getElementById("look");
  let timer = 0;
  let latest = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = ++latest;
      const response = await fetch(form.dataset.look, { method: "POST", body: new FormData(form) });
      if (response.ok && !response.redirected && mine === latest) shown.innerHTML = await response.text();
    }, 500);
  });
});

// What is under way looks again by itself, until the page says it is over.
const refresh = (part) => setTimeout(async () => {
  if (document.hidden) { refresh(part); return; }
  try {
    const response = await fetch(location.href);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (!response.ok || !fresh) throw new Error("gone");
    if (!fresh.dataset.refresh) { location.reload(); return; }
    part.replaceWith(fresh);
    refresh(fresh);
  } catch { refresh(part); }
}, 1000 * Number(part.dataset.refresh));
document.querySelectorAll("[data-refresh]").forEach(refresh);
