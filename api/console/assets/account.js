// Buttons that copy the text of the element that they name. Without this script they stay hidden.

function textOf(element) {
  const lines = [...element.querySelectorAll("li")];
  if (lines.length > 0) {
    return lines.map((line) => line.textContent.trim()).join("\n");
  }
  return element.dataset.copyText ?? element.textContent.trim();
}

async function copy(button, source, status) {
  try {
    await navigator.clipboard.writeText(textOf(source));
    status.textContent = button.dataset.done;
  } catch {
    status.textContent = button.dataset.failed;
  }
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const status = document.getElementById(button.dataset.status);
  // Browsers have a clipboard on https and on this machine alone.
  if (source && status && navigator.clipboard) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button, source, status));
  }
}
