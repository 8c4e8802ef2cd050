// Finds entries as one types, offline. Words match by their beginnings, Chinese by pairs of characters.
const box = document.querySelector(".find");
const input = box.querySelector("input");
const output = box.querySelector("output");
const fold = text => text.normalize("NFKC").toLowerCase().replaceAll("ё", "е");
const entries = [...document.querySelectorAll("article")].map(article => ({
  article, text: fold(article.textContent + " " + (article.dataset.also ?? "")),
}));
const stem = word => {
  if (/^[а-я]+$/.test(word)) return word.length > 5 ? word.slice(0, -2) : word.length > 3 ? word.slice(0, -1) : word;
  if (/^[a-z]+$/.test(word)) return word.length > 4 ? word.replace(/(ings?|es|s|ed)$/, "") : word;
  return word;
};
const pairs = run => run.length < 3 ? [run] : [...run.slice(1)].map((_, place) => run.slice(place, place + 2));
const parts = text => (fold(text).match(/[\u3400-\u9fff]+|[\p{L}\p{N}:.-]+/gu) ?? [])
  .flatMap(word => /[\u3400-\u9fff]/.test(word) ? pairs(word) : [stem(word)]);
const search = () => {
  const wanted = parts(input.value);
  const scores = entries.map(({ text }) => wanted.filter(part => text.includes(part)).length);
  const best = Math.max(0, ...scores);
  // Everything asked for, or, when nothing has it all, what has the most of it.
  const enough = best * 2 >= wanted.length ? best : Infinity;
  let count = 0;
  entries.forEach(({ article }, place) => {
    article.hidden = wanted.length > 0 && scores[place] < enough;
    count += !article.hidden;
  });
  document.querySelectorAll("nav, section.days").forEach(part => { part.hidden = wanted.length > 0; });
  document.querySelectorAll("section.topic").forEach(section => {
    section.hidden = !section.querySelector("article:not([hidden])");
  });
  output.textContent = wanted.length ? (count ? `${count}` : output.dataset.none) : "";
};
box.hidden = false;
input.addEventListener("input", search);
// A link into an entry that the search has hidden shows everything again.
addEventListener("hashchange", () => { if (input.value) { input.value = ""; search(); } });
