// `/` goes to the find box, unless one is writing; Escape leaves it again.
export function findByKey() {
  const box = document.getElementById("find");
  document.addEventListener("keydown", (event) => {
    // The editor's own text lies below a border that hides it from `target`.
    if (event.key === "/" && !isWriting(event.composedPath()[0]) && !(event.ctrlKey || event.metaKey || event.altKey)) {
      if (!box || box.offsetParent === null) return;
      event.preventDefault();
      box.focus();
      box.select();
    }
    if (event.key === "Escape" && event.target === box) {
      event.preventDefault();
      box.blur();
    }
  });
}

function isWriting(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") != null;
}
