// Small comforts on top of pages that work without them. No page may depend on this file.
"use strict";

(() => {
  const dirty = new Set();

  // One press, one effect: the first submit wins, later ones are swallowed until the page comes back. Before htmx, which
  // takes the event for itself.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); event.stopPropagation(); return; }
    form.dataset.sent = "1";
    setTimeout(() => release(form), 15000);
    dirty.delete(form);
    form.querySelectorAll("button[type=submit], button:not([type])").forEach((b) => b.setAttribute("aria-disabled", "true"));
  }, true);

  // An answer that never came, or was a file, leaves the page standing: after a while it may send again (the
  // idempotency key keeps the effect single). A page shown again from the browser's memory must be able to send anew.
  window.addEventListener("pageshow", (event) => { if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release); });
  document.addEventListener("htmx:finally:request", (event) => { const form = event.target.closest?.("form"); if (form) release(form); });

  // Where the answer leads on to the page at hand, only its anchor may differ: the browser would not load it again.
  document.addEventListener("htmx:before:response", (event) => {
    const next = event.detail.ctx.response.headers.get("hx-redirect");
    if (!next || new URL(next, location.href).href.split("#")[0] !== location.href.split("#")[0]) return;
    event.preventDefault();
    history.scrollRestoration = "manual";
    history.replaceState(history.state, "", next);
    location.reload();
  });

  // A form comes back on its page; any other fault is told above what was typed, which stays.
  document.addEventListener("htmx:after:request", (event) => {
    const { sourceElement, response, text } = event.detail.ctx;
    if (response.status === 401 || response.headers.get("x-whole-page")) {
      event.preventDefault();
      showPage(text);
      return;
    }
    if (sourceElement.method !== "post" || response.status < 400 || [409, 422].includes(response.status)) return;
    event.preventDefault();
    const answer = new DOMParser().parseFromString(text, "text/html");
    stays(sourceElement, ["h1", ".lead"].map((part) => answer.querySelector(`main ${part}`)?.textContent.trim()).join(" "));
  });
  document.addEventListener("htmx:error", (event) => {
    const form = event.detail.ctx?.sourceElement;
    if (form?.method === "post") stays(form, document.body.dataset.unreachable);
  });

  function stays(form, sentence) {
    const notice = document.createElement("p");
    Object.assign(notice, { className: "notice tone-danger", tabIndex: -1, textContent: sentence });
    notice.setAttribute("role", "alert");
    document.getElementById("flashes").replaceChildren(notice);
    if (form.matches("[data-guard]")) dirty.add(form);
    notice.focus();
  }

  function release(form) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((b) => b.removeAttribute("aria-disabled"));
  }

  // A whole page that a script was answered (after sign-in, after files) takes the place of this one. What listens here
  // listens to the document, so nothing has to be run again.
  function showPage(text, address) {
    const page = new DOMParser().parseFromString(text, "text/html");
    if (address) history.pushState(null, "", address);
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    document.body.replaceWith(page.body);
    window.htmx?.process(document.body);
    window.scrollTo(0, 0);
    prepare(document);
    document.dispatchEvent(new Event("thidua:page"));
  }
  window.thidua = { showPage, release };

  // Typed text is not lost by a careless click.
  document.addEventListener("input", (event) => { const form = event.target.closest("form[data-guard]"); if (form) dirty.add(form); });
  window.addEventListener("beforeunload", (event) => {
    if (![...dirty].some((form) => form.isConnected)) return;
    event.preventDefault();
    event.returnValue = document.body.dataset.unsaved;
  });

  // A choice that is a whole question by itself is sent at once.
  document.addEventListener("change", (event) => { if (event.target.matches("[data-auto-submit]")) event.target.form.requestSubmit(); });

  // The browser draws a date field in its own order; the words beside it leave no doubt.
  function spellOut(input) {
    const words = input.parentElement.querySelector("output");
    if (!words) return;
    const day = input.value ? new Date(input.value + "T00:00:00") : null;
    // Day before month in both languages, as on every page: "en" alone would turn them round.
    const order = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
    words.textContent = day && !isNaN(day)
      ? new Intl.DateTimeFormat(order, { weekday: "long", day: "2-digit", month: "2-digit", year: "numeric" }).format(day)
      : "";
  }
  document.addEventListener("input", (event) => { if (event.target.matches("[data-spell-out]")) spellOut(event.target); });

  // Text over its limit is refused, never cut: how much is used is seen from four fifths on and said when that begins,
  // and when it is too much.
  function count(counter) {
    const [used, most] = [[...document.getElementById(counter.htmlFor.value).value.trim()].length, Number(counter.dataset.most)];
    const state = used > most ? "over" : used > most * 0.8 ? "near" : "";
    if (counter.firstChild === null) counter.append(document.createElement("span"), document.createElement("span"));
    const [seen, said] = counter.children;
    seen.setAttribute("aria-hidden", "true");
    said.className = "visually-hidden";
    seen.textContent = state && `${used} / ${most}`;
    if (counter.dataset.state === state) return;
    counter.dataset.state = state;
    said.textContent = state && document.body.dataset[state].replace("{used}", used).replace("{most}", most);
  }
  const counterOf = (input) => input.id && document.querySelector(`output[data-most][for="${CSS.escape(input.id)}"]`);
  document.addEventListener("input", (event) => { const counter = counterOf(event.target); if (counter) count(counter); });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-print], [data-close]");
    if (opener?.matches("[data-print]")) window.print();
    if (opener?.matches("[data-close]")) close(opener.closest("details"));
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && event.target.closest("details.menu[open], details.confirm[open]");
    if (open) close(open);
  });

  function close(details) {
    details.open = false;
    details.querySelector("summary").focus();
  }

  // An address that names something inside a folded part unfolds it; young browsers do so by themselves.
  function unfold() {
    const folded = document.getElementById(location.hash.slice(1))?.closest("details:not([open])");
    if (folded) { folded.open = true; folded.scrollIntoView(); }
  }
  unfold();
  window.addEventListener("hashchange", unfold);

  // After a swap by htmx the new piece gets the same comforts as a fresh page.
  function prepare(root) {
    root.querySelectorAll("[data-spell-out]").forEach(spellOut);
    root.querySelectorAll("output[data-most]").forEach(count);
    root.querySelectorAll("[data-print], [data-close]").forEach((button) => { button.hidden = false; });
    root.querySelectorAll("form[data-unsaved-now]").forEach((form) => dirty.add(form));
    root.querySelector("[data-focus]")?.focus();
    root.querySelector("form[data-send-now]")?.requestSubmit();
  }
  prepare(document);
  document.addEventListener("htmx:after:swap", () => prepare(document));
})();
