// What is nicer with script; every page works without it.
"use strict";

// Forms that can be checked while somebody types: the server says what would be wrong, beside the inputs that were left.
for (const form of document.querySelectorAll("form[data-check]")) {
  const left = new Set();
  let waiting, asked = 0;
  const check = async () => {
    const mine = ++asked;
    let wrong;
    try {
      const answer = await fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form)), headers: {"Punchgate-Check": "1"}});
      if (!answer.ok || mine !== asked) return;
      ({wrong} = await answer.json());
    } catch {
      return; // the server says it when the form is sent
    }
    for (const input of form.querySelectorAll("[id]:is(input, select, textarea)")) {
      const told = document.getElementById(input.id + "-wrong");
      if (!told || !left.has(input.name)) continue;
      const texts = wrong[input.id] ?? [];
      told.textContent = texts.join(" ");
      input.closest(".field").classList.toggle("wrong", texts.length > 0);
      texts.length > 0 ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
    }
  };
  const soon = (event) => {
    if (event.target.name) left.add(event.target.name);
    clearTimeout(waiting);
    waiting = setTimeout(check, 500);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
}

// A form is sent once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "true";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// What is wrong is read out first.
document.querySelector("[data-focus]")?.focus();

// The names of the inputs before what is wrong with them.
for (const link of document.querySelectorAll("[data-label-of]")) {
  const label = document.querySelector(`label[for="${CSS.escape(link.dataset.labelOf)}"]`);
  if (label) link.prepend(label.firstChild.textContent.trim() + ": ");
}

// Buttons that copy a text. They are shown where there is script.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const from = document.getElementById(button.dataset.copy);
    const said = button.textContent;
    try {
      await navigator.clipboard.writeText(from.value ?? from.textContent.trim());
      button.textContent = button.dataset.copied;
    } catch {
      (from.select ?? (() => getSelection().selectAllChildren(from))).call(from);
      return;
    }
    setTimeout(() => { button.textContent = said; }, 2000);
  });
}

// Parts that follow what happens: they are fetched anew every few seconds while the page is seen.
for (const part of document.querySelectorAll("[data-live]")) {
  setInterval(async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href, {headers: {"Accept": "text/html"}});
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
      if (fresh && fresh.innerHTML !== part.innerHTML) part.innerHTML = fresh.innerHTML;
    } catch {
      return; // the next time
    }
  }, 1000 * Number(part.dataset.live));
}
