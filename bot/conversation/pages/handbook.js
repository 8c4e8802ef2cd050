// Finds entries as one types, offline: first those that have every word, best in their titles and names.
const box = document.querySelector(".find");
const input = box.querySelector("input");
const output = box.querySelector("output");
const hits = box.querySelector("ol");
const SHOWN = 6;
const TITLE = 5, NAMES = 4, TEXT = 2, ASKED = 1, ENOUGH = 1 / 4;
const han = /[\u3400-\u9fff]/;
const simplified = new Map((box.dataset.traditional.match(/../gu) ?? []).map(pair => [...pair]));
const fold = text => [...text.normalize("NFKC").toLowerCase().replaceAll("ё", "е")]
  .map(letter => simplified.get(letter) ?? letter).join("").replace(/[\u3400-\u9fff]+/g, " $& ");

// A hall and its letter are one word, however they are written: Hall B, зал «В», B厅.
const HALL = new RegExp([
  "(?<!\\p{L})(?:hall|room|зал(?:[аеу]|ом)?)[ -]*([«\"“]?)([a-dабвс])[»\"”]?(?![\\p{L}\\p{N}])",
  "(?<!\\p{L})([a-dабвс])-(?:hall|зал)", "([a-dавс])[ 号]?(?:会议|会)?[厅廳场場]", "[厅廳] ?([a-d])(?![a-z])",
].join("|"), "giu");
const LATIN = { а: "a", б: "b", в: "b", с: "c" };
const apart = text => {
  const halls = [];
  const plain = text.normalize("NFKC");
  const rest = plain.replace(HALL, (found, quote, after, ...more) => {
    const letter = after ?? more.slice(0, 3).find(Boolean);
    // «зал в гостинице» goes on: there the letter is a word of its own.
    if (after && !quote && "aавс".includes(after) && /^\s+[\p{L}\p{N}]/u.test(plain.slice(more[3] + found.length))) return found;
    halls.push("hall:" + (LATIN[letter.toLowerCase()] ?? letter.toLowerCase()));
    return " ";
  });
  return [halls, fold(rest)];
};
const words = folded => folded.match(/[\p{L}\p{N}]+(?:[:.][\p{L}\p{N}]+)*/gu) ?? [];
const hyphened = folded => folded.match(/[a-zа-я\d]+(?:[-‐][a-zа-я\d]+)+/g) ?? [];
const joined = word => word.replace(/[-‐]/g, "");
const read = text => {
  const folded = fold(text);
  const own = words(folded);
  return { spaced: ` ${own.join(" ")} `, words: [...new Set([...own, ...hyphened(folded).map(joined), ...apart(text)[0]])] };
};

// Two words are one when they differ in endings only: зал and залах, not зал and залив.
const ENDINGS = [
  " а е и о у ы ю я ь й ам ах ами ев ей ем ие ии ий им их ию ия ое ой ом ов ою ого ому его ему ый ым ых ую ые ыми ими ям ях " +
    "ями ая яя ее ью ием иям иях иями", " s es ed ing", "e es ed ing", "y ies ied",
].map(line => new Set(line.split(" ")));
const same = (one, other) => {
  if (one === other) return true;
  let start = 3;
  if (!other.startsWith(one.slice(0, start)) || one.length < start) return false;
  while (start < one.length && one[start] === other[start]) start += 1;
  return ENDINGS.some(ends => ends.has(one.slice(start)) && ends.has(other.slice(start)));
};

// What is looked for: a word in any ending, or signs next to each other: pairs of characters, the halves of a "wi-fi".
const ASKING = new Set(("where what when which how much many the is are can do and for with there где как что когда куда сколько " +
  "какой какая какие есть ли мне можно или для во на").split(" "));
const ASKING_HAN = /请问|在?哪[里儿]|怎么样?|什么|多少|可以|没?有没?有?|[吗呢在去到]/;
const pairs = run => run.length < 3 ? [run] : [...run.slice(1)].map((_, place) => run.slice(place, place + 2));
const parts = text => {
  const [halls, folded] = apart(text);
  const whole = hyphened(folded);
  const left = words(whole.reduce((rest, word) => rest.replace(word, " "), folded)).flatMap(word =>
    han.test(word) ? word.split(ASKING_HAN).filter(Boolean).flatMap(pairs) : [word]);
  const telling = left.filter(word => !ASKING.has(word) && (word.length > 1 || /\d/.test(word) || han.test(word)));
  const named = [...halls.map(word => ({ word })),
    ...whole.map(word => ({ word: joined(word), signs: ` ${word.replace(/[-‐]/g, " ")} ` }))];
  return [...named, ...(telling.length || named.length ? telling : left).map(word => han.test(word) ? { signs: word } : { word })];
};
const has = ({ spaced, words }, { word, signs, begun }) => Boolean((signs && spaced.includes(signs)) ||
  (word && (words.some(other => same(word, other)) || (begun && spaced.includes(" " + word)))));

const entries = [...document.querySelectorAll("article")].map(article => {
  const title = article.querySelector("h3").textContent;
  const [names, asked] = [article.dataset.names, article.dataset.also].map(texts => texts.split(" · ").map(read));
  const text = article.querySelector(".text").textContent;
  return { article, title, fields: [[TITLE, [read(title)]], [NAMES, names], [TEXT, [read(text)]], [ASKED, asked]] };
});
// Each entry with how many of the parts it has and what they are worth: by where they stand, by how much of a name they
// are, and by how many of the questions that people ask about it have them all.
const weighed = (wanted, length) => entries.map(({ article, title, fields }) => {
  const worths = wanted.map(part => (fields.find(([, texts]) => texts.some(text => has(text, part))) ?? [0])[0]);
  const [titles, names, , asked] = fields.map(([, texts]) => texts.filter(text => wanted.every(part => has(text, part))));
  const named = Math.max(0, ...[...titles, ...names].map(({ spaced }) => Math.min(1, length / (spaced.length - 2))));
  const worth = worths.reduce((sum, one) => sum + one, 0) / wanted.length + 2 * (named + asked.length / fields.at(-1)[1].length);
  return { article, title, held: worths.filter(Boolean).length, worth };
});
const matching = (wanted, length) => {
  const whole = weighed(wanted, length).filter(({ held }) => held === wanted.length);
  if (whole.length) return whole;
  // The last word may be half typed.
  const begun = weighed([...wanted.slice(0, -1), { ...wanted.at(-1), begun: true }], length);
  const most = Math.max(...begun.map(({ held }) => held));
  return begun.filter(({ held }) => held && held === most && held * 2 >= wanted.length);
};
const search = () => {
  const wanted = parts(input.value);
  const looking = wanted.length > 0;
  const found = looking ? matching(wanted, input.value.length).sort((one, other) => other.worth - one.worth) : [];
  const shown = found.filter(({ worth }) => worth >= ENOUGH * found[0].worth);
  const articles = new Set(shown.map(({ article }) => article));
  entries.forEach(({ article }) => { article.hidden = looking && !articles.has(article); });
  document.querySelectorAll("nav, section.days").forEach(part => { part.hidden = looking; });
  document.querySelectorAll("section.topic").forEach(section => {
    section.hidden = !section.querySelector("article:not([hidden])");
  });
  hits.replaceChildren(...shown.slice(0, SHOWN).map(({ article, title }) => {
    const link = document.createElement("a");
    link.href = "#" + article.id;
    link.textContent = title;
    const item = document.createElement("li");
    item.append(link);
    return item;
  }));
  output.textContent = looking && !shown.length ? output.dataset.none : "";
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
