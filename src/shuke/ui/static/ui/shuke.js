/* What pages do beyond links and forms. Everything works without it; nothing here draws content. */
(function () {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripted");

  /* Menus and reasons: one open at a time, closed by Escape or a click beside them, turned where they would leave the screen. */
  const FOLDED = "details.menu, details.why";
  function shut(except) {
    document.querySelectorAll(FOLDED).forEach((one) => { if (one.open && one !== except && !one.contains(except)) one.open = false; });
  }
  document.addEventListener("click", (event) => shut(event.target.closest(FOLDED)));
  document.addEventListener("toggle", (event) => {
    const opened = event.target;
    if (!(opened instanceof HTMLDetailsElement) || !opened.matches(FOLDED) || !opened.open) return;
    const body = opened.lastElementChild;
    body.classList.remove("left", "from-left", "from-right");
    if (body.getBoundingClientRect().right > document.documentElement.clientWidth - 4) { body.classList.add("from-right"); return; }
    const edge = document.getElementById("content");
    if (body.getBoundingClientRect().left < (edge ? edge.getBoundingClientRect().left : 4)) body.classList.add("left", "from-left");
  }, true);

  /* Dialogs: any element with data-dialog="id" opens it. */
  function openDialog(code, from) {
    const dialog = document.getElementById(code);
    if (!dialog || dialog.open) return false;
    dialog.showModal();
    if (from) shut(null);
    const input = dialog.querySelector("[data-palette]");
    if (input) { input.select(); ask(input); }
    return true;
  }
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener && openDialog(opener.dataset.dialog, opener)) { event.preventDefault(); return; }
    if (event.target instanceof HTMLDialogElement) event.target.close();
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.parentElement.remove();
  });

  /* Toasts leave by themselves, but not while they are pointed at, nor errors, nor those that can undo before half a minute. */
  function age(toast) {
    if (toast.dataset.aging || toast.classList.contains("toast-error")) return;
    toast.dataset.aging = "1";
    const life = toast.querySelector("form") ? 30000 : 6000;
    setTimeout(function leave() { toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove(); }, life);
  }
  const ageAll = () => document.querySelectorAll("#toasts .toast").forEach(age);
  document.addEventListener("htmx:afterSettle", ageAll);
  function say(text) {
    const toast = document.createElement("div");
    toast.className = "toast toast-error";
    toast.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = text;
    toast.append(words);
    document.getElementById("toasts").append(toast);
    setTimeout(() => toast.remove(), 10000);
  }
  document.addEventListener("htmx:sendError", () => say(document.body.dataset.failed));
  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    if (answer.status === 401) signedOut(answer.responseText); else say(document.body.dataset.failed);
  });

  /* Logged out meanwhile: said once, with the way in, until something goes through again. What was typed stays, and goes
     with the token of now: a log-in elsewhere makes that of this page worthless. */
  function signedOut(html) {
    if (!document.getElementById("signed-out")) document.getElementById("toasts").insertAdjacentHTML("beforeend", html);
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    const told = document.getElementById("signed-out");
    if (told && event.detail.successful) told.remove();
  });
  const token = () => (/(?:^|; )csrftoken=([^;]+)/.exec(document.cookie) || [])[1];
  document.addEventListener("submit", (event) => {
    const kept = event.target.elements.csrfmiddlewaretoken;
    if (kept && token()) kept.value = token();
  }, true);
  document.addEventListener("htmx:configRequest", (event) => {
    if (!token()) return;
    event.detail.headers["X-CSRFToken"] = token();
    if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = token();
  });
  async function part(address) {
    const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Current-URL": location.href } });
    if (answer.status === 401) signedOut(await answer.text());
    return answer.ok ? answer.text() : null;
  }

  document.addEventListener("htmx:responseError", (event) => showLink(event.detail.target));
  document.addEventListener("htmx:sendError", (event) => showLink(event.detail.target));
  function showLink(slot) { if (slot && slot.classList.contains("slot")) slot.classList.add("failed"); }

  /* Theme: change at once, keep in the background. */
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || button.name !== "theme") return;
    event.preventDefault();
    const form = event.target, data = new FormData(form, button);
    root.dataset.theme = button.value;
    form.querySelectorAll("[aria-current]").forEach((one) => one.removeAttribute("aria-current"));
    button.setAttribute("aria-current", "true");
    shut(null);
    fetch(form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => say(document.body.dataset.failed));
  });

  /* The palette: results come as HTML from its address; arrows choose, Enter goes, as soon as the results are those of what is typed. */
  let asked = 0, timer = 0, foundFor = "", goes = false;
  const results = () => document.getElementById("palette-results");
  const options = () => Array.from(results().querySelectorAll("[role=option]"));
  function choose(input, option) {
    options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    if (option) { input.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else input.removeAttribute("aria-activedescendant");
  }
  async function ask(input) {
    const turn = ++asked, typed = input.value;
    let html = "";  /* of an answer that does not come: then Enter asks for the page of results, which says why */
    try {
      html = await part(input.dataset.palette + "?q=" + encodeURIComponent(typed)) || "";
    } catch { say(document.body.dataset.failed); }
    if (turn !== asked) return;
    results().innerHTML = html;
    foundFor = typed;
    options().forEach((one, index) => { one.id = "palette-" + index; });
    choose(input, options()[0]);
    if (goes && options()[0] && input.closest("dialog").open) location.assign(options()[0].href);
    goes = false;
  }
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-palette]")) return;
    clearTimeout(timer);
    goes = false;
    timer = setTimeout(() => ask(event.target), 120);
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches("[data-palette]") || event.isComposing) return;
    const all = options(), at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (all.length) choose(event.target, all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    } else if (event.key === "Enter" && event.target.value !== foundFor) { event.preventDefault(); goes = true; }
    else if (event.key === "Enter" && all[at]) { event.preventDefault(); location.assign(all[at].href); }
  });

  /* Keys: Ctrl+K, /, ?, and data-shortcut="g c" typed one after another. */
  let typed = "", typedAt = 0;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      if (openDialog("palette")) event.preventDefault();
      return;
    }
    if (event.key === "Escape") { shut(null); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
    if (event.key === "?") { openDialog("keys"); return; }
    if (event.key === "/") {
      const search = document.querySelector("[data-search]") || document.querySelector("main input[type=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
      return;
    }
    typed = typed && event.timeStamp - typedAt < 1200 ? typed + " " + event.key : event.key;
    typedAt = event.timeStamp;
    const target = Array.from(document.querySelectorAll("[data-shortcut]")).find((one) => one.dataset.shortcut === typed || one.dataset.shortcut === event.key);
    if (target) { event.preventDefault(); typed = ""; target.click(); focusFirst(target.closest("details[data-focus]")); }
  });

  /* Writing: what opens takes the focus, Ctrl+Enter sends, and @ offers the names that begin so. */
  function focusFirst(opened) {
    const first = opened && opened.open && opened.dataset.focus && document.getElementById(opened.dataset.focus);
    if (first && !opened.contains(document.activeElement.closest("form"))) first.focus();
  }
  document.addEventListener("toggle", (event) => {
    if (event.target instanceof HTMLDetailsElement) focusFirst(event.target);
  }, true);
  document.addEventListener("keydown", (event) => {
    const form = event.target.form;
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !form || !form.matches("[data-keys-save]")) return;
    event.preventDefault();
    form.requestSubmit();
  });
  const begun = (area) => /(?:^|[^\w.@+-])@([^\s@]{0,30})$/.exec(area.value.slice(0, area.selectionStart));
  const offered = (area) => area.closest("form").querySelector(".touch-names");
  function withdraw(area) { const list = offered(area); if (list) list.remove(); area.removeAttribute("aria-activedescendant"); area.removeAttribute("aria-controls"); }
  function mark(area, one) {
    offered(area).querySelectorAll("li").forEach((other) => other.setAttribute("aria-selected", String(other === one)));
    area.setAttribute("aria-activedescendant", one.id);
  }
  function insert(area, name) {
    const end = area.selectionStart, start = end - begun(area)[1].length;
    area.setRangeText(name + " ", start, end, "end");
    withdraw(area);
    area.focus();
  }
  let named = 0;
  async function offer(area) {
    const word = begun(area), turn = ++named;
    if (!word) { withdraw(area); return; }
    const html = await part(area.form.dataset.names + "?q=" + encodeURIComponent(word[1])).catch(() => null);
    if (html === null || turn !== named) return;
    withdraw(area);
    if (!html.trim()) return;
    const list = document.createElement("ul");
    list.className = "touch-names";
    list.id = "touch-names";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "@");
    list.innerHTML = html;
    area.closest(".touch-write").append(list);
    area.setAttribute("aria-controls", list.id);
    list.querySelectorAll("li").forEach((one, index) => { one.id = "touch-name-" + index; });
    mark(area, list.firstElementChild);
  }
  document.addEventListener("input", (event) => { if (event.target.matches("[data-names] textarea")) offer(event.target); });
  document.addEventListener("keydown", (event) => {
    const area = event.target;
    if (!area.matches("[data-names] textarea") || event.isComposing || !offered(area)) return;
    const all = Array.from(offered(area).children), at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") mark(area, all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") insert(area, all[at].dataset.name);
    else if (event.key === "Escape") withdraw(area);
    else return;
    event.preventDefault();
  });
  document.addEventListener("mousedown", (event) => {
    const one = event.target.closest(".touch-names li");
    if (one) { event.preventDefault(); insert(one.closest("form").querySelector("textarea"), one.dataset.name); }
  });
  document.addEventListener("focusout", (event) => { if (event.target.matches("[data-names] textarea")) withdraw(event.target); });

  /* Forms: sent when a choice changes; a box that ticks its column. */
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.dataset && box.dataset.checkAll) {
      document.querySelectorAll('input[type=checkbox][name="' + CSS.escape(box.dataset.checkAll) + '"]').forEach((one) => {
        if (one !== box && one.checked !== box.checked) { one.checked = box.checked; one.dispatchEvent(new Event("change", { bubbles: true })); }
      });
    }
    const form = box.form;
    if (form && form.matches("[data-autosubmit]") && box.type !== "search") form.requestSubmit();
  });

  /* Passkeys: a form with data-passkey asks the browser to make a key or to sign, and sends what came of it. */
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const letters = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const credentials = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  async function passkey(form) {
    const asked = JSON.parse(form.dataset.options);
    asked.challenge = bytes(asked.challenge);
    const response = {};
    let made;
    if (form.dataset.passkey === "create") {
      asked.user.id = bytes(asked.user.id);
      asked.excludeCredentials = credentials(asked.excludeCredentials);
      made = await navigator.credentials.create({ publicKey: asked });
      response.attestationObject = letters(made.response.attestationObject);
    } else {
      asked.allowCredentials = credentials(asked.allowCredentials);
      made = await navigator.credentials.get({ publicKey: asked });
      response.authenticatorData = letters(made.response.authenticatorData);
      response.signature = letters(made.response.signature);
    }
    response.clientDataJSON = letters(made.response.clientDataJSON);
    form.elements.credential.value = JSON.stringify({ id: made.id, rawId: letters(made.rawId), type: made.type, response });
    form.submit();
  }
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-passkey]")) return;
    event.preventDefault();
    passkey(event.target).catch(() => say(document.body.dataset.failed));
  });

  /* A value edited in place: Enter or leaving it keeps it, Escape gives it up; a question that came back is asked at once. */
  const written = (form) => new URLSearchParams(new FormData(form)).toString();
  const began = new WeakMap();
  document.addEventListener("htmx:afterSettle", () => {
    document.querySelectorAll("form[data-inline]").forEach((form) => {
      if (began.has(form)) return;
      began.set(form, form.querySelector(".wrong, dialog") ? "" : written(form));
      const dialog = form.querySelector("dialog[data-open]");
      if (dialog) { dialog.showModal(); return; }
      const first = form.querySelector("input:not([type=hidden]), select, textarea");
      if (first) { first.focus(); if (first.select) first.select(); }
    });
  });
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest && event.target.closest("form[data-inline]");
    if (!form || event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    form.querySelector("[data-cancel]").click();
  });
  document.addEventListener("focusout", (event) => {
    const form = event.target.closest("form[data-inline]");
    if (!form) return;
    setTimeout(() => {
      if (!form.isConnected || form.contains(document.activeElement) || form.querySelector("dialog[open]") || form.classList.contains("htmx-request")) return;
      if (written(form) === began.get(form)) form.querySelector("[data-cancel]").click();
      else if (!form.querySelector(".wrong")) form.requestSubmit();
    }, 200);
  });

  /* A box with data-find="address": what may be meant, as one types. */
  let looking = 0;
  document.addEventListener("input", (event) => {
    const box = event.target;
    if (!box.matches("[data-find]") || !box.list) return;
    clearTimeout(looking);
    looking = setTimeout(async () => {
      try {
        const html = await part(box.dataset.find + "?q=" + encodeURIComponent(box.value));
        if (html !== null) box.list.innerHTML = html;
      } catch { say(document.body.dataset.failed); }
    }, 200);
  });
  document.addEventListener("DOMContentLoaded", ageAll);
})();
