// Live parts of a page: relative times, countdowns, copy buttons, freshness and a lost connection.
(() => {
  const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  let offset = 0; // the server's clock minus this browser's, in milliseconds
  let heard = Date.now(); // when a live part last was refreshed: the age of what the page shows
  let waiting = Date.now(); // since when an answer is owed: a page that does not ask is not left without one

  const SLOWLY = 30000; // a page that nobody sees asks so often
  const UNHEARD = 10000; // an order without an answer may be sent again
  // All times of a page are of the site's zone, as those that the server writes.
  const SITE = { hourCycle: "h23", timeZone: document.body.dataset.zone };
  try {
    new Intl.DateTimeFormat(undefined, SITE);
  } catch {
    delete SITE.timeZone; // a zone that this browser does not know
  }
  const day = (at) => at.toLocaleDateString(undefined, SITE);
  const time = (at) => at.toLocaleTimeString(undefined, SITE);
  const whole = (at) => at.toLocaleString(undefined, SITE);
  const exact = (at) => at.toLocaleString(undefined, { ...SITE, timeZoneName: "short" });
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
  // The one place whose changes are read aloud: parts that refresh themselves would be read over and over.
  const announce = (words) => say(document.getElementById("said"), words);

  const tick = () => {
    all("time[data-ago]", (element) => {
      const at = new Date(element.dateTime);
      if (!element.title) element.title = exact(at);
      say(element, `${duration((now() - at) / 1000)} ago`);
    });
    all("time[data-for]", (element) => {
      const at = new Date(element.dateTime);
      if (!element.title) element.title = `since ${exact(at)}`;
      say(element, duration((now() - at) / 1000));
    });
    all("time[data-moment]", (element) => {
      const at = new Date(element.dateTime);
      element.title = exact(at);
      say(element, day(at) === day(new Date(now())) ? time(at) : whole(at));
    });
    all("time[data-clock]", (element) => {
      const at = new Date(element.dateTime);
      element.title = exact(at);
      say(element, time(at));
    });
    all("[data-time-of-day]", (element) => say(element, time(new Date(now()))));
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
    const stamp = request.getResponseHeader("Date");
    if (stamp && Math.abs(new Date(stamp) - now()) > 1500) offset = new Date(stamp).getTime() + 500 - Date.now();
    waiting = Date.now();
    if (live) heard = Date.now();
    tick();
  };

  // A menu that is open or a field that has the focus is not taken away by a refresh.
  const inUse = (element) =>
    element.querySelector(".dropdown-menu.show") || element.querySelector("input:focus:not([data-pick], [data-pick-all]), select:focus, textarea:focus");

  let unseen = Date.now(); // since when nobody sees the page
  const asked = {}; // when a part asked although nobody saw it
  const tooSoon = (part) => {
    if (Date.now() - (asked[part.id] || unseen) < SLOWLY) return true;
    asked[part.id] = Date.now();
    return false;
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    const polled = event.detail.elt.closest("[data-live]");
    const reading = polled && polled.querySelector("details[open]"); // what somebody reads stays as it is
    if (polled && (reading || inUse(polled) || (document.hidden && tooSoon(polled)))) {
      event.preventDefault();
      if (!document.hidden && !reading) waiting = Date.now();
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) return;
    hear(event.detail.xhr, event.detail.elt.closest("[data-live]"));
    const [alarms, count] = [event.detail.xhr.getResponseHeader("Alarms"), document.getElementById("alarm-count")];
    if (!count || alarms === null) return;
    say(count, alarms);
    count.hidden = alarms === "0";
  });
  // What a live part says of everything appears in the window's title and icon, and is read aloud when it changes.
  let proclaimed = null;
  const proclaim = () => {
    const part = document.querySelector("[data-title]");
    if (!part) return;
    const { title } = part.dataset;
    if (document.title !== title) document.title = title;
    if (proclaimed && proclaimed !== title) announce(title.replace(/ · Contact Expert$/, ""));
    proclaimed = title;
    const icon = document.querySelector("link[rel=icon]");
    if (icon && icon.getAttribute("href") !== part.dataset.icon) icon.setAttribute("href", part.dataset.icon);
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
    waiting = unseen = Date.now();
    tick();
    if (document.hidden) all("[data-live]", (part) => delete asked[part.id]);
    else all("[data-live]", (part) => htmx.ajax("GET", part.getAttribute("hx-get"), { source: part, target: part, swap: "outerHTML" }));
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    navigator.clipboard.writeText(button.dataset.copy).then(() => {
      button.classList.add("copied");
      announce("Copied");
      setTimeout(() => {
        button.classList.remove("copied");
        announce("");
      }, 1500);
    });
  });
  // A form is sent once, however often the button is pressed; where no answer comes, for instance because somebody
  // stopped the page, it can be sent again. The server takes each form once.
  const release = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll(".sending").forEach((note) => note.remove());
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => {
      if (!form.dataset.sent) return;
      const note = document.createElement("span");
      note.className = "sending";
      note.textContent = "Sending…";
      (event.submitter || form.lastElementChild).after(note);
      announce("Sending…");
    }, 400); // an answer is mostly faster
    setTimeout(() => release(form), UNHEARD);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) all("form[data-sent]", release);
  });

  document.addEventListener("DOMContentLoaded", () => {
    const stamp = Number(document.body.dataset.now);
    if (stamp) offset = stamp - Date.now();
    tick();
    proclaim();
    setInterval(tick, 250);
  });
})();
