// What every page has: pictures enlarged, and a search in the options.
const runs = JSON.parse(document.getElementById("data").textContent);
const large = document.getElementById("large");
for (const button of document.querySelectorAll(".enlarge")) button.addEventListener("click", () => {
  const image = button.querySelector("img"), shown = large.querySelector("img");
  shown.src = image.src;
  shown.alt = image.alt;
  shown.className = image.className;
  large.showModal();
});
large.addEventListener("click", event => { if (event.target === large) large.close(); });

// Options: a search, and only what is not the default.
const search = document.getElementById("search"), changed = document.getElementById("changed");
if (search) {
  const rows = [...document.querySelectorAll("#option-table tbody tr")];
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const fits = words.every(word => text.includes(word)) && !(changed.checked && !words.length && row.className === "default");
      row.hidden = !fits;
      shown += fits;
    }
    document.getElementById("found").textContent = `${shown} of ${rows.length} options`;
  };
  search.addEventListener("input", filter);
  changed.addEventListener("change", filter);
  filter();
}
