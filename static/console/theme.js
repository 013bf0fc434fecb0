// Sets the colour theme before the first paint: what was chosen here, otherwise what the system asks for.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = localStorage.getItem("theme"); // shared with the Django admin, which also writes "auto"
    const system = dark.matches ? "dark" : "light";
    document.documentElement.dataset.bsTheme = ["light", "dark"].includes(chosen) ? chosen : system;
  };
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    localStorage.setItem("theme", document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark");
    apply();
  });
})();
