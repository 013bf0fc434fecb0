({
  // What layout.py asks a page: of all that can be seen and is text or can be pressed. What scrolls by itself is let be.
  facts() {
    const found = new Set();
    const called = (node) => `${node.nodeName.toLowerCase()} “${(node.textContent || node.name || node.id).trim().slice(0, 40)}”`;
    const shown = (element) =>
      element.checkVisibility({ visibilityProperty: true }) && !element.closest("pre, textarea, .visually-hidden, .skip, select option");
    const wide = document.documentElement.clientWidth;
    const sideways = document.documentElement.scrollWidth;
    if (sideways > wide) found.add(`scrolls sideways to ${sideways}`);

    const boxes = [];
    for (const element of [...document.body.querySelectorAll("*")].filter(shown)) {
      const box = element.getBoundingClientRect();
      const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      for (const text of texts) {
        const range = document.createRange();
        range.selectNodeContents(text);
        for (const line of range.getClientRects()) boxes.push({ node: element, box: line });
      }
      const clips = getComputedStyle(element).overflowX !== "visible" && element.clientWidth;
      if (texts.length && clips && element.scrollWidth > element.clientWidth + 1) found.add(`is cut off: ${called(element)}`);
      if (element.matches("input, select, textarea, button, .btn, .pill")) boxes.push({ node: element, box });
      const pressed = element.matches("button, .btn, summary.btn, select, input:not([type=checkbox], [type=radio])");
      if (pressed && Math.min(box.width, box.height) < 24) {
        found.add(`is too small to be tapped: ${called(element)}, ${Math.round(box.width)}x${Math.round(box.height)}`);
      }
    }
    for (const { node, box } of boxes) {
      if (box.width && (box.right > wide + 1 || box.left < -1)) found.add(`stands outside: ${called(node)}`);
    }
    boxes.forEach(({ node, box }, index) => {
      for (const other of boxes.slice(index + 1)) {
        if (node.contains(other.node) || other.node.contains(node)) continue;
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (across > 1 && down > 4) found.add(`${called(node)} lies over ${called(other.node)}`);
      }
    });
    return [...found];
  },

  // Where the parts stand that are the same on every page.
  frame() {
    return [".side", "#main", "#main h1"].map((part) => {
      const box = document.querySelector(part)?.getBoundingClientRect();
      return box ? [part, Math.round(box.left), part === ".side" ? Math.round(box.width) : 0] : null;
    });
  },

  // Bytes of all that the page needs, as they were sent, from the cache or not.
  loaded() {
    const sent = performance.getEntries().filter((entry) => "encodedBodySize" in entry && !["navigation", "xmlhttprequest"].includes(entry.initiatorType));
    return [...new Map(sent.map((entry) => [entry.name, entry.encodedBodySize])).values()].reduce((sum, size) => sum + size);
  },

  polled() {
    return [...document.querySelectorAll("[data-live]")].map((part) => part.getAttribute("hx-get").replace(/seen=[^&]*/, ""));
  },

  // Times run on by themselves: all say the same from now on.
  still() {
    for (const element of document.querySelectorAll("[data-heard], time, progress")) {
      element.textContent = "now";
      for (const name of [...element.getAttributeNames()]) if (name !== "class") element.removeAttribute(name);
    }
    return document.body.innerText;
  },

  // Every live part anew, as if it had changed.
  refresh() {
    const parts = [...document.querySelectorAll("[data-live]")];
    const anew = (part) => part.getAttribute("hx-get").replace(/seen=[^&]*/, "");
    return Promise.all(parts.map((part) => htmx.ajax("GET", anew(part), { source: part, target: part, swap: "outerHTML" })));
  },

  // How many pixels two pictures do not share.
  async differing(pictures) {
    const [one, other] = await Promise.all(pictures.map(async (picture) => {
      const image = new Image();
      image.src = `data:image/png;base64,${picture}`;
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
      const drawing = canvas.getContext("2d");
      drawing.drawImage(image, 0, 0);
      return new Int32Array(drawing.getImageData(0, 0, image.width, image.height).data.buffer);
    }));
    return one.reduce((count, pixel, index) => count + (pixel !== other[index]), 0);
  },
})
