// Files can be dropped, the sending shows how far it is and can be stopped. Without script the form works as it is.
const MIB = 1024 * 1024;

for (const form of document.querySelectorAll("form[data-upload]")) prepare(form);

function prepare(form) {
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  drop.querySelector("[data-drop-words]").hidden = false;
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    input.files = event.dataTransfer.files;
    list(form, input.files);
  });
  input.addEventListener("change", () => list(form, input.files));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter);
  });
}

function list(form, files) {
  const lines = [...files].map((file) => {
    const line = document.createElement("li");
    line.textContent = `${file.name}, ${size(file.size)}`;
    return line;
  });
  form.querySelector("[data-files]").replaceChildren(...lines);
  say(form, tooMuch(form, files));
}

function tooMuch(form, files) {
  const all = [...files].reduce((sum, file) => sum + file.size, 0);
  const most = Number(form.dataset.mostMb);
  return all > most * MIB ? `They have ${size(all)} together; an upload may have ${most.toLocaleString("en-US")} MiB. Choose fewer.` : "";
}

function size(bytes) {
  return bytes < MIB ? `${Math.max(1, Math.round(bytes / 1024)).toLocaleString("en-US")} KiB` : `${(bytes / MIB).toFixed(1)} MiB`;
}

function say(form, sentence) {
  const place = form.querySelector("[data-fault]");
  place.hidden = !sentence;
  place.querySelector("span").textContent = sentence;
}

function send(form, button) {
  const files = form.querySelector("input[type=file]").files;
  const sentence = tooMuch(form, files);
  say(form, sentence);
  if (sentence) return;
  const request = new XMLHttpRequest();
  const stop = form.querySelector("[data-stop]");
  const over = (words) => {
    busy(form, false);
    say(form, words);
  };
  request.upload.addEventListener("progress", (event) => show(form, event));
  request.addEventListener("load", () => answered(request, over));
  request.addEventListener("error", () => over("The server did not answer; nothing was imported. Send the files again."));
  request.addEventListener("abort", () => over("Stopped; nothing was imported."));
  stop.onclick = () => request.abort();
  request.open("POST", form.action || location.href);
  request.setRequestHeader("Accept", "application/json");
  const data = new FormData(form);
  if (button?.name) data.append(button.name, button.value);
  busy(form, true);
  request.send(data);
}

function busy(form, sending) {
  form.querySelector("[data-sending]").hidden = !sending;
  for (const button of form.querySelectorAll("[data-send]")) button.disabled = sending;
}

function show(form, { loaded, total, lengthComputable }) {
  if (!lengthComputable) return;
  form.querySelector("[data-sending] progress").value = loaded / total;
  const words = loaded < total ? `${size(loaded)} of ${size(total)} sent` : "Sent; the server stores the files";
  form.querySelector("[data-sending-words]").textContent = words;
}

function answered(request, over) {
  let told = {};
  try {
    told = JSON.parse(request.responseText);
  } catch {
    told = { fault: request.status === 413 ? request.responseText.trim() : "" };
  }
  if (request.status === 201) location.assign(told.address);
  else over(told.fault || `The server refused the upload (${request.status}); nothing was imported.`);
}
