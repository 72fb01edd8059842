// Forms marked with data-drafts save what is typed on the server by themselves; a draft is offered, never put in unasked.
"use strict";

(() => {
  const QUIET = 3000, LONGEST_FORM = 500, TYPED_BY_NOBODY = ["hidden", "password", "file", "submit", "button", "reset"];
  const states = new WeakMap();
  const tabs = new BroadcastChannel("thidua-drafts");

  const typedIn = (form) => [...form.elements].filter((input) => input.name && !TYPED_BY_NOBODY.includes(input.type));
  const token = (form) => form.elements.csrf_token.value;
  const version = (form) => (form.elements.version ? Number(form.elements.version.value) : null);

  // The address of the form, or its id where several forms of the page have that address.
  const nameOf = (form) => form.elements.form_id.value.slice(0, LONGEST_FORM);

  // Without the names of the body and of the product.
  const titleHere = () => document.title.split(" – ").slice(0, -2).join(" – ").slice(0, 300);

  const ticks = (input) => input.type === "checkbox" || input.type === "radio";
  function contentOf(form) {
    const chosen = (input) => (input.selectedOptions ? [...input.selectedOptions].map((option) => option.value) : [input.value]);
    return typedIn(form)
      .filter((input) => !ticks(input) || input.checked)
      .flatMap((input) => chosen(input).map((value) => [input.name, value.trim()]));
  }

  function fill(form, pairs) {
    const left = Map.groupBy ? Map.groupBy(pairs, ([name]) => name) : grouped(pairs);
    for (const input of typedIn(form)) {
      const values = (left.get(input.name) ?? []).map(([, value]) => value);
      if (ticks(input)) input.checked = values.includes(input.value);
      else if (input.multiple) [...input.options].forEach((option) => { option.selected = values.includes(option.value); });
      else if (values.length) { input.value = values[0]; left.get(input.name).shift(); }
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  function grouped(pairs) {
    const found = new Map();
    pairs.forEach((pair) => found.set(pair[0], [...(found.get(pair[0]) ?? []), pair]));
    return found;
  }

  function say(form, which, when = "") {
    form.querySelector("[data-draft-line]").textContent = form.querySelector("[data-draft-line]").dataset[which].replace("{when}", when);
  }

  // The form says that a draft stands behind it: saving the form drops the draft.
  function standBehind(form, state) {
    let mark = form.elements.form_draft;
    if (!mark) {
      mark = Object.assign(document.createElement("input"), { type: "hidden", name: "form_draft" });
      form.append(mark);
    }
    mark.value = `${form.dataset.draftPage} ${state.name}`;
  }

  async function ask(form, address, options = {}) {
    const headers = { "content-type": "application/json", "x-csrftoken": token(form) };
    const answer = await fetch(address, { credentials: "same-origin", ...options, headers });
    if (!answer.ok) throw await answer.json().catch(() => ({}));
    return answer.json();
  }

  async function save(form, leaving = false) {
    const state = states.get(form);
    clearTimeout(state.timer);
    if (!state.typed || state.offered || form.dataset.sent || !form.isConnected) return;
    state.typed = false;
    const fields = contentOf(form).map(([name, value]) => ({ name, value }));
    const draft = { page: form.dataset.draftPage, form: state.name, fields, title: titleHere(), row_version: version(form), seen: state.edition };
    state.saving = new AbortController();
    try {
      const body = JSON.stringify(draft);
      const saved = await ask(form, form.dataset.drafts, { method: "POST", body, keepalive: leaving, signal: leaving ? null : state.saving.signal });
      state.edition = saved.edition;
      standBehind(form, state);
      say(form, saved.replaced ? "replaced" : "saved", saved.replaced || saved.saved_in_words);
      tabs.postMessage({ page: draft.page, form: state.name, edition: saved.edition, when: saved.saved_in_words });
    } catch (fault) {
      if (fault?.name === "AbortError") return;
      state.typed = true;
      say(form, "failed");
      if (fault?.problems?.fields) form.querySelector("[data-draft-line]").textContent += ` ${fault.problems.fields}`;
    }
  }

  function offer(form, draft) {
    const state = states.get(form);
    state.edition = draft.edition;
    if (JSON.stringify(draft.fields) === JSON.stringify(contentOf(form))) {
      standBehind(form, state);
      say(form, "saved", draft.saved_in_words);
      return;
    }
    state.offered = draft;
    const box = form.querySelector("[data-draft-offer]");
    box.querySelector("[data-draft-at]").textContent = draft.saved_in_words;
    box.querySelector("[data-draft-older]").hidden = draft.row_version === version(form);
    box.hidden = false;
    openAround(form);
  }
  function openAround(form) {
    for (let box = form.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  }

  function settle(form) {
    states.get(form).offered = null;
    form.querySelector("[data-draft-offer]").hidden = true;
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-draft-use], [data-draft-discard]");
    if (!button) return;
    const form = button.form, state = states.get(form), draft = state.offered;
    settle(form);
    if (button.matches("[data-draft-use]")) {
      fill(form, draft.fields);
      clearTimeout(state.timer);
      state.typed = false;
      standBehind(form, state);
      say(form, "saved", draft.saved_in_words);
      typedIn(form)[0]?.focus();
      return;
    }
    state.edition = 0;
    await ask(form, `${form.dataset.drafts}/${draft.id}/discard`, { method: "POST", body: "{}" }).catch(() => {});
    if (state.typed) await save(form);
  });

  // Events without a person behind them (a script that fills in) count as typing too.
  for (const kind of ["input", "change"]) document.addEventListener(kind, (event) => {
    const form = event.target.form, state = form && states.get(form);
    if (!state || TYPED_BY_NOBODY.includes(event.target.type)) return;
    state.typed = true;
    if (state.offered) { say(form, "waits"); return; }
    clearTimeout(state.timer);
    state.timer = setTimeout(() => save(form), QUIET);
  });

  // What is being sent needs no draft; a saving under way must not come after it.
  document.addEventListener("submit", (event) => {
    const state = states.get(event.target);
    if (!state) return;
    clearTimeout(state.timer);
    state.saving?.abort();
    state.typed = false;
  }, true);
  // It was not taken: what stands in the form is a draft again.
  for (const kind of ["htmx:after:request", "htmx:error"]) document.addEventListener(kind, (event) => {
    const { sourceElement: form, response } = event.detail.ctx ?? {};
    if (states.has(form) && !(response?.status < 400)) states.get(form).typed = true;
  });
  // Also when the page is left: it is hidden first.
  const saveAll = () => document.querySelectorAll("form[data-drafts]").forEach((form) => { if (states.get(form)?.typed) save(form, true); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) saveAll(); });

  tabs.addEventListener("message", ({ data }) => {
    for (const form of document.querySelectorAll("form[data-drafts]")) {
      const state = states.get(form);
      if (state && form.dataset.draftPage === data.page && state.name === data.form) say(form, "elsewhere", data.when);
    }
  });

  async function prepare() {
    const forms = [...document.querySelectorAll("form[data-drafts]")].filter((form) => !states.has(form));
    forms.forEach((form) => states.set(form, { name: nameOf(form), edition: 0, typed: false }));
    if (!forms.length) return;
    const { drafts, draftPage } = forms[0].dataset;
    const found = await ask(forms[0], `${drafts}?page=${encodeURIComponent(draftPage)}`).catch(() => ({ drafts: [] }));
    for (const form of forms) {
      const draft = found.drafts.find((one) => one.form === states.get(form).name);
      if (draft && form.isConnected) offer(form, draft);
    }
  }
  prepare();
  for (const kind of ["thidua:page", "htmx:after:swap"]) document.addEventListener(kind, prepare);
})();
