const COLOURS = ["#1f77b4", "#e0701a", "#2a9150", "#9a5fc0", "#c23b6e", "#8a8f1e", "#3aa5ad", "#7f7f7f"];
const TITLES = {d: "discriminator", g: "generator", penalty: "gradient penalty", scale: "gradient scale",
  weighted: "couplings as weighted", class: "classes that the head reads"};

// Charts: one for each kind of term, with the curves of all runs over each other.
const several = runs.length > 1, box = document.getElementById("charts"), logarithmic = document.getElementById("logarithmic");
const kinds = new Map();
for (const run of runs) for (const chart of run.charts) {
  const key = (chart.monitor ? "monitor: " : "") + chart.kind;
  if (!kinds.has(key)) kinds.set(key, []);
  for (const series of chart.series)
    kinds.get(key).push({...series, x: chart.x, label: several ? `${run.name}: ${series.name}` : series.name});
}
const ink = () => getComputedStyle(document.documentElement).getPropertyValue("--quiet").trim();
const line = () => getComputedStyle(document.documentElement).getPropertyValue("--line").trim();
const whole = Array.from({length: 12}, (_, power) => [1, 2, 5].map(step => step * 10 ** power)).flat();
let drawn = [];
function draw() {
  for (const plot of drawn) plot.destroy();
  drawn = [];
  box.replaceChildren();
  // All panels first: how wide one is depends on how many there are.
  const panels = [...kinds].map(([key, curves]) => {
    const panel = document.createElement("div"), title = document.createElement("h3");
    panel.className = "chart";
    title.textContent = TITLES[key] || key;
    panel.append(title);
    box.append(panel);
    return [panel, title, curves];
  });
  for (const [panel, title, curves] of panels) {
    const ends = curves.map(c => c.mean.findLast(v => v !== null));
    panel.setAttribute("role", "img");
    panel.setAttribute("aria-label", `${title.textContent}: ` +
      curves.map((c, i) => `${c.label} ends at ${ends[i]}`).join(", "));
    const tables = curves.map(c => [c.x, c.mean, c.low, c.high]);
    const data = tables.length > 1 ? uPlot.join(tables) : tables[0];
    const positive = curves.every(c => c.low.every(v => v === null || v > 0));
    const series = [{label: "iteration"}], bands = [];
    curves.forEach((curve, i) => {
      const colour = COLOURS[i % COLOURS.length], at = series.length, dash = i >= COLOURS.length ? [6, 4] : undefined;
      series.push({label: curve.label, stroke: colour, width: 1.6, dash, spanGaps: true,
                   points: {show: curve.x.length < 3}, value: (u, v) => v === null || v === undefined ? "" : Number(v.toPrecision(4))});
      for (const edge of ["low", "high"])
        series.push({label: `${curve.label} ${edge}`, stroke: "transparent", width: 0, spanGaps: true, points: {show: false}});
      bands.push({series: [at + 2, at + 1], fill: colour + "2e"});
    });
    const axis = {stroke: ink, grid: {stroke: line, width: 1}, ticks: {stroke: line, width: 1}, font: "12px system-ui"};
    const plot = new uPlot({
      width: Math.max(260, panel.clientWidth - 16), height: 230, series, bands,
      scales: {x: {time: false}, y: {distr: logarithmic.checked && positive ? 3 : 1}},
      axes: [{...axis, space: 70, incrs: whole}, {...axis, size: 62}],
      cursor: {sync: {key: "iterations"}},
      legend: {live: true},
    }, data, panel);
    plot.root.querySelectorAll(".u-legend .u-series").forEach((row, i) => {
      if (i > 0 && (i - 1) % 3 !== 0) row.style.display = "none";
    });
    drawn.push(plot);
  }
}
if (kinds.size) draw(); else box.textContent = "No iteration is logged yet.";
logarithmic.addEventListener("change", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
let waiting = 0;
addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(draw, 150); });
