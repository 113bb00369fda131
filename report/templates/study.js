// The answers of one person: kept in the browser, handed out as CSV.
const {study, count} = runs[0], place = `scogan-study-${study}`;
const sheet = document.getElementById("sheet"), person = document.getElementById("person");
let answers = {};

function keep() {
  try {
    localStorage.setItem(place, JSON.stringify({answers, person: person.value}));
  } catch {
    const warning = document.getElementById("warning");
    warning.textContent = "This browser keeps nothing for this page: download the answers before you close it.";
    warning.hidden = false;
  }
}

function show() {
  for (const input of sheet.querySelectorAll("input")) input.checked = answers[input.name] === input.value;
  tell();
}

function tell() {
  const done = Object.keys(answers).length;
  document.getElementById("progress").textContent = done < count
    ? `${done} of ${count} answered` : `All ${count} answered: download the answers.`;
}

function table() {
  const quoted = `"${person.value.replaceAll('"', '""')}"`;
  const rows = Object.keys(answers).sort((a, b) => a - b).map(item => `${study},${quoted},${item},${answers[item]}`);
  return ["study,person,item,answer", ...rows, ""].join("\n");
}

sheet.addEventListener("change", event => {
  answers[event.target.name] = event.target.value;
  keep();
  tell();
});
sheet.addEventListener("submit", event => event.preventDefault());
person.addEventListener("input", keep);
document.getElementById("download").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([table()], {type: "text/csv"}));
  link.download = `answers-${study}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});
document.getElementById("anew").addEventListener("click", () => {
  if (!confirm("Forget all answers of this page?")) return;
  answers = {};
  person.value = "";
  keep();
  show();
});
try {
  const kept = JSON.parse(localStorage.getItem(place) || "{}");
  answers = kept.answers || {};
  person.value = kept.person || "";
} catch {
  answers = {};
}
show();
