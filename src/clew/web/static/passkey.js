// Asks the browser for a passkey's signature and sends it with the form. Nothing is kept.
"use strict";

async function sign(form) {
  const options = JSON.parse(document.getElementById(form.dataset.options).textContent);
  if (form.dataset.passkey === "create") {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return JSON.stringify(await navigator.credentials.create({ publicKey }));
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return `${form.dataset.question} ${JSON.stringify(await navigator.credentials.get({ publicKey }))}`;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = form.querySelector("[data-said]");
    said.textContent = "Waiting for your key.";
    try {
      form.elements.answer.value = await sign(form);
    } catch {
      said.textContent = "The key did not sign: it was not there, it is not for this address, or it took too long. Try again.";
      return;
    }
    form.submit();
  });
}
