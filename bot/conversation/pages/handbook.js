// Finds entries as one types, offline. Words match by their beginnings, Chinese by pairs of characters.
const box = document.querySelector(".find");
const input = box.querySelector("input");
const output = box.querySelector("output");
const hits = box.querySelector("ol");
const SHOWN = 6;
const asking = new Set(("where what when which how much many the is are can do and for with there где как что когда куда " +
  "сколько какой какая какие есть ли мне можно или для во на 哪里 哪儿 在哪 怎么 么走 什么 多少 可以 有没 没有 请问 吗 呢").split(" "));
const han = /[\u3400-\u9fff]/;
const fold = text => text.normalize("NFKC").toLowerCase().replaceAll("ё", "е");
const words = text => fold(text).match(/[\u3400-\u9fff]+|[\p{L}\p{N}:.]+/gu) ?? [];
const spaced = text => " " + words(text).join(" ") + " ";
const entries = [...document.querySelectorAll("article")].map(article => {
  const title = article.querySelector("h3").textContent;
  return { article, title, head: spaced(title), text: spaced(article.textContent + " " + (article.dataset.also ?? "")) };
});
const stem = word => {
  if (/^[а-я]+$/.test(word)) return word.length > 5 ? word.slice(0, -2) : word.length > 3 ? word.slice(0, -1) : word;
  if (/^[a-z]+$/.test(word)) return word.length > 4 ? word.replace(/(ings?|es|s|ed)$/, "") : word;
  return word;
};
const pairs = run => run.length < 3 ? [run] : [...run.slice(1)].map((_, place) => run.slice(place, place + 2));
const parts = text => {
  const found = words(text).flatMap(word => han.test(word) ? pairs(word) : [word]);
  const telling = found.filter(part => !asking.has(part) && (part.length > 1 || han.test(part)));
  return (telling.length ? telling : found).map(part => han.test(part) ? part : " " + stem(part));
};
const search = () => {
  const wanted = parts(input.value);
  const scores = entries.map(({ text }) => wanted.filter(part => text.includes(part)).length);
  const best = Math.max(0, ...scores);
  // Everything asked for, or, when nothing has it all, what has the most of it.
  const enough = best && best * 2 >= wanted.length ? best : Infinity;
  const whole = words(input.value).filter(word => !asking.has(word));
  const found = [];
  entries.forEach((entry, place) => {
    const fits = scores[place] >= enough;
    entry.article.hidden = wanted.length > 0 && !fits;
    const head = part => entry.head.includes(part);
    if (fits) found.push([wanted.filter(head).length + whole.filter(word => head(` ${word} `)).length, entry]);
  });
  document.querySelectorAll("nav, section.days").forEach(part => { part.hidden = wanted.length > 0; });
  document.querySelectorAll("section.topic").forEach(section => {
    section.hidden = !section.querySelector("article:not([hidden])");
  });
  // Entries with the words in their titles come first.
  const shown = wanted.length ? found.sort((one, other) => other[0] - one[0]).slice(0, SHOWN) : [];
  hits.replaceChildren(...shown.map(([, { article, title }]) => {
    const link = document.createElement("a");
    link.href = "#" + article.id;
    link.textContent = title;
    const item = document.createElement("li");
    item.append(link);
    return item;
  }));
  output.textContent = wanted.length && !found.length ? output.dataset.none : "";
};
box.hidden = false;
input.addEventListener("input", search);
// A link to an entry shows the whole handbook again, at that entry.
addEventListener("hashchange", () => {
  if (!input.value) return;
  input.value = "";
  search();
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
});
