// Live parts of a page: relative times, countdowns, copy buttons, freshness and a lost connection.
(() => {
  const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  let offset = 0; // the server's clock minus this browser's, in milliseconds
  let heard = Date.now();

  const DAY_CLOCK = { hourCycle: "h23" };
  const now = () => Date.now() + offset;
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

  // "48 s", "6 min", "3 h", "41 d"
  const duration = (seconds) => {
    const [unit, size] = UNITS.find(([, size]) => seconds >= size) || UNITS[3];
    return `${Math.max(0, Math.floor(seconds / size))} ${unit}`;
  };
  // "1:12"
  const clock = (seconds) => {
    const left = Math.max(0, Math.ceil(seconds));
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor((left % 3600) / 60);
    const two = (number) => String(number).padStart(2, "0");
    return hours ? `${hours}:${two(minutes)}:${two(left % 60)}` : `${minutes}:${two(left % 60)}`;
  };
  const say = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  const tick = () => {
    all("time[data-ago]", (element) => {
      const at = new Date(element.dateTime);
      if (!element.title) element.title = at.toLocaleString(undefined, DAY_CLOCK);
      say(element, `${duration((now() - at) / 1000)} ago`);
    });
    all("time[data-for]", (element) => {
      const at = new Date(element.dateTime);
      if (!element.title) element.title = `since ${at.toLocaleString(undefined, DAY_CLOCK)}`;
      say(element, duration((now() - at) / 1000));
    });
    all("time[data-moment]", (element) => {
      const at = new Date(element.dateTime);
      element.title = at.toISOString();
      const today = at.toDateString() === new Date(now()).toDateString();
      say(element, today ? at.toLocaleTimeString(undefined, DAY_CLOCK) : at.toLocaleString(undefined, DAY_CLOCK));
    });
    all("time[data-clock]", (element) => {
      const at = new Date(element.dateTime);
      element.title = at.toLocaleString(undefined, DAY_CLOCK);
      say(element, at.toLocaleTimeString(undefined, DAY_CLOCK));
    });
    all("time[data-left]", (element) => say(element, clock((new Date(element.dateTime) - now()) / 1000)));
    all("progress[data-until]", (element) => {
      const until = new Date(element.dataset.until);
      element.value = Math.min(element.max, element.max - (until - now()) / 1000);
    });
    all("[data-heard]", (element) => {
      const seconds = Math.floor((Date.now() - heard) / 1000);
      say(element, `updated ${duration(seconds)} ago`);
    });
    const lost = document.getElementById("lost");
    if (lost) lost.hidden = Date.now() - heard < 8000 || document.hidden;
  };

  const hear = (request) => {
    const stamp = request && request.getResponseHeader("Date");
    if (stamp && Math.abs(new Date(stamp) - now()) > 1500) offset = new Date(stamp).getTime() + 500 - Date.now();
    heard = Date.now();
    tick();
  };

  // A menu that is open or a field that has the focus is not taken away by a refresh.
  const inUse = (element) =>
    element.querySelector(".dropdown-menu.show") || element.querySelector("input:focus, select:focus, textarea:focus");

  document.addEventListener("htmx:beforeRequest", (event) => {
    const polled = event.detail.elt.closest("[data-live]");
    if (polled && (document.hidden || inUse(polled))) {
      event.preventDefault();
      if (!document.hidden) heard = Date.now();
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) hear(event.detail.xhr);
  });
  document.addEventListener("htmx:afterSwap", tick);
  document.addEventListener("visibilitychange", () => {
    heard = Date.now();
    tick();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    navigator.clipboard.writeText(button.dataset.copy).then(() => {
      button.classList.add("copied");
      setTimeout(() => button.classList.remove("copied"), 1500);
    });
  });
  document.addEventListener("keydown", (event) => {
    const field = document.querySelector("[data-search]");
    if (event.key !== "/" || !field || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    field.focus();
  });
  // A form is sent once, however often the button is pressed.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) all("form[data-sent]", (form) => delete form.dataset.sent);
  });

  document.addEventListener("DOMContentLoaded", () => {
    const stamp = Number(document.body.dataset.now);
    if (stamp) offset = stamp - Date.now();
    tick();
    setInterval(tick, 250);
  });
})();
