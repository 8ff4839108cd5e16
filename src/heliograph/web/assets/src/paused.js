// Live data that stops coming is said in the page head, with its age.
let lastAnswer = Date.now();
let failed = false;

export function sayWhenPaused() {
  document.addEventListener("htmx:after:request", (event) => {
    const status = event.detail.ctx?.response?.status;
    failed = !(status >= 200 && status < 400);
    if (!failed) lastAnswer = Date.now();
    show();
  });
  document.addEventListener("htmx:error", () => {
    failed = true;
    show();
  });
}

function show() {
  const place = document.querySelector("[data-paused]");
  if (!place) return;
  place.hidden = !failed;
  const seconds = Math.round((Date.now() - lastAnswer) / 1000);
  place.querySelector("span").textContent = `live paused, ${seconds} s old`;
}
