// The stream of events, told to whoever follows it: { topic } for each event, { state } when it opens or is lost.
const ADDRESS = "/api/v1/events?beats=true";
const TOPICS = ["signals", "outcomes", "health", "progress"];
// The server says something every 15 s; a line that is silent for longer may have been cut without a word.
const SILENT_MS = 40_000;
// A stream that comes again at once was not lost: a server may end one in order.
const GRACE_MS = 6_000;
const AGAIN_MS = 15_000;

export function follow(tell) {
  let source, state, lost, silent, again;

  function say(next) {
    clearTimeout(lost);
    lost = undefined;
    if (state !== next) tell({ state: (state = next) });
  }

  function heard() {
    clearTimeout(silent);
    silent = setTimeout(open, SILENT_MS);
    say("open");
  }

  function open() {
    close();
    source = new EventSource(ADDRESS);
    source.onopen = heard;
    source.addEventListener("beat", heard);
    for (const topic of TOPICS) {
      source.addEventListener(topic, () => {
        heard();
        tell({ topic });
      });
    }
    source.addEventListener("gap", () => TOPICS.forEach((topic) => tell({ topic })));
    source.onerror = () => {
      lost ??= setTimeout(() => say("lost"), GRACE_MS);
      // Where it was refused the browser does not try again by itself.
      if (source.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS);
    };
  }

  function close() {
    clearTimeout(silent);
    clearTimeout(again);
    source?.close();
  }

  open();
  return close;
}
