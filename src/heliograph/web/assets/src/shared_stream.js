// One stream for all tabs of a browser: over plain HTTP it opens only six connections to a host.
import { follow } from "./stream.js";

const ports = new Set();
let close, state;

function tell(message) {
  state = message.state ?? state;
  for (const port of ports) port.postMessage(message);
}

self.onconnect = ({ ports: [port] }) => {
  ports.add(port);
  port.onmessage = ({ data }) => {
    if (data !== "bye") return;
    ports.delete(port);
    if (ports.size) return;
    close?.();
    close = state = undefined;
  };
  if (state) port.postMessage({ state });
  close ??= follow(tell);
};
