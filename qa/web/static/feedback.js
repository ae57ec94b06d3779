// Sends what somebody thinks of an answer without leaving the page.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const block = form.closest(".feedback");
  if (!block) return;
  event.preventDefault();
  const told = block.querySelector(".thanks");
  try {
    const response = await fetch(`/api${new URL(form.action).pathname}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    if (!response.ok) throw new Error((await response.json()).error.message);
    // The button that was pressed goes with its form, so the focus goes to the words that take its place.
    told.textContent = "Thank you. Your feedback is kept.";
    told.tabIndex = -1;
    told.focus();
    for (const form of block.querySelectorAll("details")) form.remove();
  } catch (failure) {
    const lost = failure instanceof TypeError; // what fetch throws where there is no connection
    told.textContent = `Your feedback was not kept. ${lost ? "The connection was lost." : failure.message}`;
  }
});
