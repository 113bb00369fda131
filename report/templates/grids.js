// Grids: a slider over the iterations, and a film.
for (const figure of document.querySelectorAll("figure.grid")) {
  const grids = runs[Number(figure.dataset.run)].grids;
  const image = figure.querySelector("img"), slider = figure.querySelector("input[type=range]");
  if (!slider) continue;
  const play = figure.querySelector(".play"), output = figure.querySelector("output");
  let timer = 0;
  const show = () => {
    const grid = grids[Number(slider.value)];
    image.src = grid.data;
    image.alt = image.alt.replace(/after \d+ iterations/, `after ${grid.iteration} iterations`);
    output.textContent = grid.iteration;
    slider.setAttribute("aria-valuetext", `${grid.iteration} iterations`);
  };
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = "Play"; };
  slider.addEventListener("input", () => { stop(); show(); });
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (Number(slider.value) === grids.length - 1) slider.value = 0;
    play.textContent = "Stop";
    show();
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      show();
      if (Number(slider.value) === grids.length - 1) stop();
    }, 250);
  });
}
