// Forms with files: what would be refused is refused before it is sent; while sending one sees how far it is.
"use strict";

(() => {
  const ENDING = /\.[^.]+$/;

  function faultOf(input) {
    const endings = input.accept.split(","), most = Number(input.dataset.mostBytes);
    for (const file of input.files) {
      if (!endings.includes((ENDING.exec(file.name)?.[0] ?? "").toLowerCase())) return input.dataset.wrongKind;
      if (file.size > most) return input.dataset.tooLarge;
    }
    return "";
  }

  function errorBeside(input) {
    const id = `${input.id}-error`;
    let line = document.getElementById(id);
    if (!line) {
      line = Object.assign(document.createElement("p"), { id, className: "form-error" });
      line.setAttribute("role", "alert");
      input.parentElement.append(line);
      input.setAttribute("aria-describedby", `${id} ${input.getAttribute("aria-describedby") ?? ""}`.trim());
    }
    return line;
  }

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches("input[type=file][data-most-bytes]")) return;
    const fault = faultOf(input), line = errorBeside(input);
    input.setCustomValidity(fault);
    input.classList.toggle("is-invalid", Boolean(fault));
    input.setAttribute("aria-invalid", String(Boolean(fault)));
    line.textContent = fault;
    line.hidden = !fault;
  });

  // Before the listeners of thidua.js and htmx: while files are sent by the page itself nobody else may send the form.
  document.addEventListener("submit", (event) => {
    const form = event.target, template = form.querySelector("template[data-upload-panel]");
    if (!template || event.defaultPrevented || ![...form.querySelectorAll("input[type=file]")].some((input) => input.files.length)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!form.dataset.sent) send(form, panelOf(form, template), new FormData(form, event.submitter));
  }, true);

  function panelOf(form, template) {
    if (!form.querySelector("[data-upload]")) template.after(template.content.cloneNode(true));
    return form.querySelector("[data-upload]");
  }

  function send(form, panel, content) {
    const request = new XMLHttpRequest(), sending = panel.querySelector("[data-upload-sending]");
    const bar = panel.querySelector("progress"), words = panel.querySelector("[data-upload-words]"), fault = panel.querySelector("[data-upload-fault]");
    const cancel = () => request.abort();
    const end = (sentence) => {
      thidua.release(form);
      panel.querySelector("[data-upload-cancel]").removeEventListener("click", cancel);
      sending.hidden = true;
      fault.textContent = sentence;
      fault.hidden = false;
    };
    const show = (percent) => {
      bar.value = percent;
      words.textContent = percent < 100 ? words.dataset.words.replace("{percent}", percent) : panel.dataset.received;
    };
    form.dataset.sent = "1";
    form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true"));
    sending.hidden = false;
    fault.hidden = true;
    show(0);
    panel.querySelector("[data-upload-cancel]").addEventListener("click", cancel);
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) show(Math.floor((100 * event.loaded) / event.total)); });
    request.addEventListener("error", () => end(panel.dataset.lost));
    request.addEventListener("abort", () => end(panel.dataset.cancelled));
    request.addEventListener("load", () => answered(form, request, end));
    request.open("POST", form.action);
    request.send(content);
  }

  // A page that goes on, or that brings back what was typed, takes the place of this one; any other refusal is a
  // sentence here, where everything typed still stands.
  function answered(form, request, end) {
    const fits = request.status < 400 || [401, 409, 422].includes(request.status) || request.getResponseHeader("x-whole-page");
    if (fits) {
      thidua.showPage(request.responseText, request.status < 400 ? request.responseURL : "");
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    end([page.querySelector("h1"), page.querySelector(".lead")].map((part) => part?.textContent.trim()).filter(Boolean).join(" "));
  }
})();
