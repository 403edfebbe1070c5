/** Opens a question: `<button data-opens="ID">` shows `<dialog id="ID">`. */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
});
