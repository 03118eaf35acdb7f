// What is nicer with script; every page works without it.
"use strict";

// Forms that can be checked while somebody types: the server says what would be wrong, beside the inputs that were left.
for (const form of document.querySelectorAll("form[data-check]")) {
  const left = new Set();
  let waiting, asked = 0;
  const check = async () => {
    const mine = ++asked;
    let wrong, parts;
    try {
      const answer = await fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form)), headers: {"Punchgate-Check": "1"}});
      if (!answer.ok || mine !== asked) return;
      ({wrong, parts = {}} = await answer.json());
    } catch {
      return; // the server says it when the form is sent
    }
    for (const told of form.querySelectorAll("[id$='-wrong']")) {
      const id = told.id.slice(0, -"-wrong".length), input = document.getElementById(id);
      if (!input || !left.has(id)) continue;
      const texts = wrong[id] ?? [];
      told.replaceChildren(...texts.flatMap((text) => [Object.assign(document.createElement("span"), {textContent: text}), " "]));
      input.closest(".field").classList.toggle("wrong", texts.length > 0);
      if (input.matches("fieldset")) continue;
      texts.length > 0 ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
    }
    for (const [id, part] of Object.entries(parts)) document.getElementById(id).innerHTML = part;
  };
  const soon = (event) => {
    for (let part = event.target; part && part !== form; part = part.parentElement.closest("fieldset[id]")) left.add(part.id);
    clearTimeout(waiting);
    waiting = setTimeout(check, 500);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
}

// Texts for machines have the numbers of their lines beside them.
for (const text of document.querySelectorAll("textarea[data-lines]")) {
  const numbers = document.createElement("div");
  numbers.className = "line-numbers code";
  numbers.ariaHidden = "true";
  text.before(numbers);
  text.parentElement.classList.add("numbered");
  const count = () => {
    numbers.textContent = text.value.split("\n").map((_, i) => i + 1).join("\n");
    numbers.scrollTop = text.scrollTop;
  };
  text.addEventListener("input", count);
  text.addEventListener("scroll", count);
  count();
}

// Parts of a form that matter for some choices only: data-when lists them as name=value. A part in which something is wrong is shown.
for (const form of document.querySelectorAll("form:has([data-when])")) {
  const show = () => {
    const chosen = new FormData(form);
    for (const part of form.querySelectorAll("[data-when]")) {
      part.hidden = !part.querySelector(".wrong") && !part.dataset.when.split(" ").some((pair) => {
        const [name, value] = pair.split("=");
        return chosen.getAll(name).at(-1) === value;
      });
    }
  };
  form.addEventListener("change", show);
  show();
}

// Lists to which a row can be added: a copy of the last one, empty and numbered on.
for (const button of document.querySelectorAll("button[data-add-row]")) {
  button.hidden = false;
  const rows = button.closest("fieldset").querySelectorAll(".row-of");
  if (rows.length > 1) rows[rows.length - 1].remove(); // the blank one for those without script
  button.addEventListener("click", () => {
    const list = button.dataset.addRow, last = [...button.closest("fieldset").querySelectorAll(".row-of")].at(-1), row = last.cloneNode(true);
    const n = Number(row.querySelector("[name]").name.slice(list.length + 1).split("/")[0]);
    for (const part of row.querySelectorAll("*")) {
      for (const attribute of part.attributes) {
        attribute.value = attribute.value.replaceAll(`${list}/${n}/`, `${list}/${n + 1}/`)
          .replaceAll(`f${list.replaceAll("/", "-")}-${n}-`, `f${list.replaceAll("/", "-")}-${n + 1}-`);
      }
    }
    for (const input of row.querySelectorAll("input, select, textarea")) input.value = "";
    for (const told of row.querySelectorAll(".wrong-text")) told.textContent = "";
    last.after(row);
    row.querySelector("input, select, textarea").focus();
  });
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

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Parts that follow what happens: they are fetched anew every few seconds while the page is seen.
for (const part of document.querySelectorAll("[data-live]")) {
  setInterval(async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href, {headers: {"Accept": "text/html", "Punchgate-Follow": "1"}});
      if (answer.redirected) location.reload(); // to sign in again: what the page shows is not for whoever comes by
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
      if (fresh && fresh.innerHTML !== part.innerHTML) part.innerHTML = fresh.innerHTML;
    } catch {
      return; // the next time
    }
  }, 1000 * Number(part.dataset.live));
}

// A checkbox that ticks all others of a name. It is shown where there is script.
for (const all of document.querySelectorAll("[data-all]")) {
  all.hidden = false;
  all.addEventListener("change", () => document.querySelectorAll(`[name="${CSS.escape(all.dataset.all)}"]`).forEach((box) => {
    if (box.type === "checkbox") box.checked = all.checked;
  }));
}
