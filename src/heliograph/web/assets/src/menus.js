// Menus are <details>; they close on Escape, on a click elsewhere, and when another opens.
export function closeMenus() {
  const close = (except) => {
    for (const menu of document.querySelectorAll("details.chip-menu[open]")) {
      if (!menu.contains(except)) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => close(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.chip-menu[open]");
    if (open) event.preventDefault();
    close(null);
    open?.querySelector("summary").focus();
  });
}
