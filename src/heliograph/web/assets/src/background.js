// What a page asks for by itself is marked: the rest of a session ends by what a person does, and by nothing else.
export const BACKGROUND = "Heliograph-Background";

export function markBackground() {
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    if (!isByAPerson(ctx)) ctx.request.headers[BACKGROUND] = "true";
  });
}

// Timers, events of the stream and the first look of a part are made by scripts; keys and clicks are not.
export function isByAPerson(ctx) {
  return ctx.sourceEvent?.isTrusted === true;
}
