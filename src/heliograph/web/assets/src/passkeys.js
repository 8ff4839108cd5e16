// The browser's own words on a passkey that it did not give say little: we say what happened and what to do.
const SENTENCES = {
  NotAllowedError: "The browser gave no passkey: it was cancelled, or took too long. Try again, or use another way.",
  InvalidStateError: "This device has a passkey for you already.",
  SecurityError: "Browsers give passkeys by https under a name, or at localhost; not at this address.",
};

export function sayWhyNoPasskey() {
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const place = document.getElementById("passkey-fault");
    const fault = event.detail.exception;
    place.firstElementChild.textContent = SENTENCES[fault.name] ?? `The passkey could not be used: ${fault.message}`;
    place.hidden = false;
  });
}
