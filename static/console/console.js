// Live parts of a page: relative times, countdowns, copy buttons, freshness and a lost connection.
(() => {
  const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  let offset = 0; // the server's clock minus this browser's, in milliseconds
  let heard = Date.now(); // when a live part last was refreshed: the age of what the page shows
  let waiting = Date.now(); // since when an answer is owed: a page that does not ask is not left without one

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
    // Only a page that asks by itself can tell.
    if (lost) lost.hidden = Date.now() - waiting < 8000 || document.hidden || !document.querySelector("[data-live]");
  };

  const hear = (request, live) => {
    const stamp = request && request.getResponseHeader("Date");
    if (stamp && Math.abs(new Date(stamp) - now()) > 1500) offset = new Date(stamp).getTime() + 500 - Date.now();
    waiting = Date.now();
    if (live) heard = Date.now();
    tick();
  };

  // A menu that is open or a field that has the focus is not taken away by a refresh.
  const inUse = (element) =>
    element.querySelector(".dropdown-menu.show") || element.querySelector("input:focus:not([data-pick], [data-pick-all]), select:focus, textarea:focus");

  document.addEventListener("htmx:beforeRequest", (event) => {
    const polled = event.detail.elt.closest("[data-live]");
    const reading = polled && polled.querySelector("details[open]"); // what somebody reads stays as it is
    if (polled && (document.hidden || reading || inUse(polled))) {
      event.preventDefault();
      if (!document.hidden && !reading) waiting = Date.now();
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) hear(event.detail.xhr, event.detail.elt.closest("[data-live]"));
  });
  // What a live part says of everything appears in the window's title, in its icon and in the side bar.
  const proclaim = () => {
    const part = document.querySelector("[data-title]");
    if (!part) return;
    if (document.title !== part.dataset.title) document.title = part.dataset.title;
    const icon = document.querySelector("link[rel=icon]");
    if (icon && icon.getAttribute("href") !== part.dataset.icon) icon.setAttribute("href", part.dataset.icon);
    const [told, count] = [part.querySelector("[data-alarms]"), document.getElementById("alarm-count")];
    if (!told || !count) return;
    say(count, told.dataset.alarms);
    count.hidden = told.dataset.alarms === "0";
  };
  document.addEventListener("htmx:afterSwap", () => {
    tick();
    proclaim();
  });
  // Where the keys are stays where it was when a part is refreshed; htmx itself minds what has an id.
  let held = null;
  const REACHED = "a[href], button, summary";
  const alike = (element) => (other) => other.textContent === element.textContent && other.getAttribute("href") === element.getAttribute("href");
  document.addEventListener("htmx:beforeSwap", (event) => {
    const at = document.activeElement;
    held = at && !at.id && at.matches(REACHED) && event.detail.target.contains(at) ? { at, part: event.detail.target.id } : null;
    if (held) held.place = [...event.detail.target.querySelectorAll(REACHED)].filter(alike(at)).indexOf(at);
  });
  document.addEventListener("htmx:afterSettle", () => {
    const part = held && !held.at.isConnected && document.getElementById(held.part);
    const there = part ? [...part.querySelectorAll(REACHED)].filter(alike(held.at)) : [];
    if (there.length) there[Math.min(held.place, there.length - 1)].focus({ preventScroll: true });
    held = null;
  });
  // What a person asked for is not left without an answer; parts that refresh themselves try again.
  const unanswered = (event) => {
    if (event.detail.elt.closest("[data-live]")) return;
    event.detail.target.textContent = "The console refused or did not answer. What you typed is kept; try again in a moment.";
  };
  document.addEventListener("htmx:responseError", unanswered);
  document.addEventListener("htmx:sendError", unanswered);
  document.addEventListener("visibilitychange", () => {
    waiting = Date.now();
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
    proclaim();
    setInterval(tick, 250);
  });
})();
