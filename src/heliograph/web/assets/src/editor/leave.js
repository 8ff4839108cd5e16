// What is typed and not saved is not lost by a slip: the browser asks before it leaves.
export function warnBeforeLeaving(form, area) {
  const saved = "unsaved" in form.dataset ? null : area.value;
  let sending = false;
  form.addEventListener("submit", () => {
    sending = true;
  });
  window.addEventListener("pageshow", () => {
    sending = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && area.value !== saved) event.preventDefault();
  });
}
